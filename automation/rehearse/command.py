"""`rehearse`: starts the emulator, deploys an environment there, checks it, and plans again."""

import json
import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from automation import WORKSPACE
from automation import emulator as emulators
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, run, settings_of
from automation.emulator import Emulator, RunningEmulator
from automation.errors import UserError
from automation.rehearse import Rehearsal, calls
from automation.rehearse import result as rehearse_result
from automation.rehearse.account import (
    emulator_of,
    pool_of,
    role_of,
    session,
    start_account,
    terraform_environment,
)
from automation.rehearse.calls import RoleRights, unknown
from automation.rehearse.result import RehearsalResult
from automation.terraform import program
from automation.terraform.pool import StackPool, Workspace, prepare
from automation.terraform.program import Terraform
from automation.terraform.stacks import OUTPUT, Synthesis, synthesize
from config import Settings


@dataclass(frozen=True, kw_only=True)
class RehearseRequest:
    """An environment, and what to do with it."""

    environment: str
    keep: bool = False
    destroy: bool = False
    as_json: bool = False
    rights: bool = False
    lenient: bool = False
    port: int = 0
    output: Path = OUTPUT
    workspace: Path = WORKSPACE

    @property
    def folder(self) -> Path:
        """Where the rehearsals of the environment keep what they need."""
        return self.workspace / "rehearsal" / self.environment

    @property
    def kept_file(self) -> Path:
        """Remembers the emulator that was left running."""
        return self.folder / "kept.json"


class RehearseCommand:
    """One run of the command."""

    def __init__(self, request: RehearseRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0, or 1 when the rehearsal failed, or 130 when it was interrupted.

        Raises `UserError` for what the user can mend.
        """
        settings = self._settings()
        found = program.find()
        return run(
            partial(self._rehearse, settings, found),
            progress=self._progress,
            interrupted="interrupted: Terraform and the emulator have ended",
            folder=self._request.folder,
            busy=f"{settings.environment} is being rehearsed",
            place=self._request.output,
        )

    def stop(self) -> int:
        """End the emulator that an earlier rehearsal left running; the exit code."""
        name = self._request.environment
        emulator = emulators.find(self._request.kept_file)
        if emulator is not None:
            emulator.stop()
        self._request.kept_file.unlink(missing_ok=True)
        state = f"stopped (pid {emulator.pid})" if emulator else "not running"
        self._console.print(f"{name}: the kept emulator is {state}", highlight=False)
        return 0

    def _settings(self) -> Settings:
        name = self._request.environment
        if self._request.lenient and self._request.rights:
            raise UserError("--rights needs an account that asks for them: leave --lenient out")
        settings = settings_of(name)
        if self._request.destroy and settings.deletion_protection:
            raise UserError(
                f"{name} cannot be destroyed: set deletion_protection = false in "
                f"environments/{name}.toml, or leave --destroy out"
            )
        emulator = emulators.find(self._request.kept_file)
        if emulator is not None:
            raise UserError(
                f"{name}: an emulator is still kept (pid {emulator.pid}): "
                f"stop it with `{emulator.stop_command}`"
            )
        return settings

    def _rehearse(self, settings: Settings, found: Terraform) -> int:
        request, keep = self._request, False
        emulator = emulator_of(
            settings,
            request.folder / "emulator",
            port=request.port,
            keep=request.keep,
            lenient=request.lenient,
        )
        try:
            start = time.perf_counter()
            synthesis, workspace = self._prepare(settings, found, emulator)
            prepared = time.perf_counter() - start
            rehearsal = self._rehearsal(synthesis, settings, workspace, emulator)
            rehearsal.result.seconds["prepare"] = prepared
            result = rehearsal.run(destroy=self._request.destroy)
            result.unknown, result.lenient = unknown(emulator.calls), self._request.lenient
            keep = self._request.keep
            self._tell(result, settings, workspace, emulator)
        finally:
            if not keep:
                emulator.stop()
        return 0 if result.ok else 1

    def _prepare(
        self, settings: Settings, found: Terraform, emulator: Emulator
    ) -> tuple[Synthesis, Workspace]:
        """Synthesize while the emulator starts."""
        name = self._request.environment
        with (
            self._progress.status(f"Synthesizing {name} and starting the emulator"),
            ThreadPoolExecutor(max_workers=1) as pool,
        ):
            starting = pool.submit(start_account, emulator, settings)
            synthesis = synthesize(name, self._request.output)
            workspace = prepare(
                synthesis.stacks, terraform=found, workspace=self._request.workspace
            )
            starting.result()
        return synthesis, workspace

    def _rehearsal(
        self,
        synthesis: Synthesis,
        settings: Settings,
        workspace: Workspace,
        emulator: Emulator,
    ) -> Rehearsal:
        def pool(role: Mapping[str, str], *, locks: bool = True) -> StackPool:
            return pool_of(
                workspace,
                synthesis.stacks,
                emulator,
                data=self._request.folder / "stacks",
                console=self._progress,
                when="during the rehearsal",
                role=role,
                locks=locks,
            )

        plan = role_of(emulator, settings, "plan")
        return Rehearsal(
            synthesis,
            settings,
            pool=pool(role_of(emulator, settings, "deploy")),
            planning=pool(plan, locks=False),
            reads_written=workspace.installation.reads_written,
            session=session(emulator, plan),
            console=self._progress,
        )

    def _tell(
        self,
        result: RehearsalResult,
        settings: Settings,
        workspace: Workspace,
        emulator: Emulator,
    ) -> None:
        request = self._request
        answer = rehearse_result.to_json(result)
        if not request.as_json:
            rehearse_result.show(result, self._console)
        if request.rights:
            found = _rights(emulator, settings)
            answer["rights"] = calls.to_json(found)
            if not request.as_json:
                calls.show(found, self._console)
        if request.keep and emulator.pid is not None:
            left = RunningEmulator(request.environment, emulator.pid, emulator.url)
            left.write(request.kept_file)
            environ = terraform_environment(emulator, workspace.installation.environ)
            lines = list(emulators.exports(environ, os.environ))
            answer["emulator"] = {**vars(left), "shell": lines, "stop": left.stop_command}
            if not request.as_json:
                self._console.print(f"The emulator goes on at {left.url}. To use it:")
                print("\n".join(lines))
                self._console.print(f"To stop it: {left.stop_command}", highlight=False)
        if request.as_json:
            print(json.dumps(answer, indent=2))


def _rights(emulator: Emulator, settings: Settings) -> list[RoleRights]:
    roles = [settings.naming.name(each) for each in ("deploy", "plan")]
    return calls.rights(emulator.calls, session(emulator).client("iam"), roles)


def rehearse(
    *,
    env: Environment = DEFAULT,
    keep: Annotated[bool, typer.Option("--keep", help="leave the emulator running")] = False,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="destroy everything at the end")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="stop a kept emulator")] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65_535, help="the emulator's; 0: any free one")
    ] = 0,
    show_rights: Annotated[
        bool, typer.Option("--rights", help="list what the workflows' roles need, and never use")
    ] = False,
    lenient: Annotated[
        bool, typer.Option("--lenient", hidden=True, help="forgive what AWS refuses, to measure")
    ] = False,
    as_json: Json = False,
) -> None:
    """Deploy an environment to an AWS that is emulated on this machine, and check it there."""
    request = RehearseRequest(
        environment=env,
        keep=keep,
        destroy=destroy,
        port=port,
        as_json=as_json,
        rights=show_rights,
        lenient=lenient,
    )
    command = RehearseCommand(request, console=CONSOLE, progress=PROGRESS)
    raise typer.Exit(command.stop() if stop else command.run())
