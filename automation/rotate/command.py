"""`rotate`: a new secret between CloudFront and the load balancer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from automation import WORKSPACE
from automation.aws import connect
from automation.aws.clients import Clients
from automation.aws.states import States
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Json,
    Yes,
    attended,
    run,
    settings_of,
)
from automation.deploy import DeployCommand, DeployRequest
from automation.release import Releases
from automation.rotate import Origin, SettingsFile
from automation.terraform.stacks import Stack, Synthesis, stacks_of, synthesize
from automation.terraform.steps import PATIENT, Backoff
from config import Settings
from config.environments import ENVIRONMENTS


@dataclass(frozen=True, kw_only=True)
class RotateRequest:
    """An environment, whose file is in `environments`; `file_only` deploys nothing."""

    environment: str
    file_only: bool = False
    yes: bool = False
    as_json: bool = False
    environments: Path = ENVIRONMENTS
    workspace: Path = WORKSPACE


class RotateCommand:
    """Raises the version in the environment's file, and deploys the tiers that know the secret."""

    name = "rotate"

    def __init__(
        self,
        request: RotateRequest,
        *,
        console: Console,
        progress: Console,
        stacks: Callable[[str], tuple[Stack, ...]] = stacks_of,
        backoff: Backoff = PATIENT,
    ) -> None:
        self._request = request
        self._console = console
        self._progress = progress
        self._stacks = stacks
        self._backoff = backoff

    def run(self) -> int:
        """The exit code: 0, or 1 when it was declined or a tier failed, or 130 on Ctrl-C.

        Raises `UserError` for what the user can mend; nothing has been changed then.
        """
        request = self._request
        settings = settings_of(request.environment)
        if not request.yes and not request.file_only:
            attended(self.name, "add --yes, or leave the deployment to others by --file-only")
        states = States(connect(settings), settings)
        states.check()
        return run(
            partial(self._rotate, settings, states),
            progress=self._progress,
            interrupted=f"interrupted: `python -m automation deploy --env {request.environment}` "
            "brings a rotation that has begun to its end",
        )

    def _rotate(self, settings: Settings, states: States) -> int:
        request, clients = self._request, Clients(connect(settings), settings.region)
        with self._progress.status(f"Looking at {request.environment}"):
            stacks = self._stacks(request.environment)
            origin = Origin(stacks, states=states, clients=clients, settings=settings)
            origin.check()
            before = origin.deployed
        file = SettingsFile(
            request.environments / f"{request.environment}.toml",
            table="application",
            key="origin_secret_version",
        )
        version = settings.application.origin_secret_version
        file.write(version + 1)
        if request.file_only:
            return self._tell(0, version, version + 1, origin.tiers)
        code, after = 1, version + 1
        try:
            code = self._deploy(origin.tiers, Releases(clients, settings))
        finally:
            if code and origin.deployed == before:
                file.restore()
                after = version
        return self._tell(code, version, after, origin.tiers)

    def _deploy(self, tiers: tuple[str, ...], releases: Releases) -> int:
        """With the release that runs: what is in the application's directory is not meant."""
        request = self._request
        deploy = DeployRequest(
            environment=request.environment,
            tiers=tiers,
            yes=request.yes,
            workspace=request.workspace,
        )
        quiet = Console(file=StringIO()) if request.as_json else self._console
        synthesizer = partial(_synthesize, release=releases.resolve(releases.current))
        return DeployCommand(
            deploy,
            console=quiet,
            progress=self._progress,
            synthesizer=synthesizer,
            backoff=self._backoff,
        ).run()

    def _tell(self, code: int, before: int, after: int, tiers: tuple[str, ...]) -> int:
        request = self._request
        if request.as_json:
            answer = {
                "ok": code == 0,
                "environment": request.environment,
                "before": before,
                "after": after,
                "deployed": code == 0 and not request.file_only,
            }
            print(json.dumps(answer, indent=2))
            return code
        deploy = f"`python -m automation deploy {' '.join(tiers)} --env {request.environment}`"
        if after == before:
            text = f"nothing was rotated: the origin's secret stays at version {before}"
        elif code:
            text = f"version {after} is not in use everywhere, {before} is good: repeat {deploy}"
        elif request.file_only:
            text = f"version {after} is in the settings, {before} in use: {deploy} rotates"
        else:
            text = f"version {after} is in use; version {before} is good until the next rotation"
        self._console.print(escape(text), highlight=False, soft_wrap=True)
        return code


def _synthesize(environment: str, output: Path, *, release: str) -> Synthesis:
    return synthesize(environment, output, release=release)


def rotate(
    *,
    env: Environment = DEFAULT,
    file_only: Annotated[
        bool,
        typer.Option("--file-only", help="raise the version in environments/, and deploy nothing"),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have CloudFront send a new secret; the one before is good meanwhile."""
    request = RotateRequest(environment=env, file_only=file_only, yes=yes, as_json=as_json)
    raise typer.Exit(RotateCommand(request, console=CONSOLE, progress=PROGRESS).run())
