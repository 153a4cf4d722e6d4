"""`preview`, apart from how it is typed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from automation import terraform
from automation.commands import settings_of
from automation.deployment.masking import Mask
from automation.diagram.drawing import draw
from automation.emulator import gaps
from automation.emulator.process import Emulator
from automation.errors import INTERRUPTED, CommandError, UserError
from automation.fleet import Fleet
from automation.guards import alone, interruptible
from automation.installation import Installation, install
from automation.preview.base import Base
from automation.preview.comparison import Comparison
from automation.preview.head import Head, Planned
from automation.preview.repository import Commit, Repository
from automation.preview.request import Request
from automation.rehearsal.emulated import bootstrap_account, terraform_environment
from automation.remedies import disk_errors
from automation.review import rules
from automation.review.command import BLOCKED, approved, tell, write
from automation.review.forgotten import without
from automation.review.result import Review, Verdict, review
from automation.synthesis import Stack, synthesize
from automation.terraform import Terraform
from config import Settings

_NOTHING = Planned({}, frozenset(), ())


@dataclass(frozen=True)
class Side:
    """The base or the head: its stacks by name, and the providers that they install."""

    stacks: Mapping[str, Stack]
    installation: Installation


class Preview:
    """One run of the command."""

    def __init__(self, request: Request, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0, 1 when a plan is missing, 3 when a blocking change is not approved.

        Raises `UserError` for what the user can mend, and `CommandError` where Terraform fails.
        """
        request = self._request
        repository = Repository(request.project)
        base = repository.commit(request.base)
        if not request.dirty:
            repository.refuse_changes()
        settings = settings_of(request.environment)
        allowed = approved(request.approvals)
        found, busy = terraform.find(), f"{request.environment} is being previewed"
        with disk_errors(request.folder), alone(request.folder, busy), interruptible():
            try:
                comparison, planned = self._compare(repository, base, settings, found)
            except KeyboardInterrupt:
                self._progress.print("interrupted: Terraform and the emulator have ended")
                return INTERRUPTED
        result = review(
            {name: without(plan, gaps.load()) for name, plan in planned.plans.items()},
            title=f"Preview of {request.environment} against {base}",
            rules=rules.load(),
            approvals=allowed,
            today=request.today(),
            mask=Mask(os.environ),
            expected=sorted(planned.affected),
            remarks=(*planned.remarks, *_unaffected(comparison, planned)),
        )
        write(result, request.out, svg=draw(comparison.head.values()))
        tell(result, request.out, self._console, as_json=request.as_json)
        return _exit_code(result)

    def _compare(
        self, repository: Repository, base: Commit, settings: Settings, found: Terraform
    ) -> tuple[Comparison, Planned]:
        emulator = Emulator(
            account_id=settings.account_id,
            region=settings.region,
            hosted_zones={zone: settings.domain} if (zone := settings.dns.hosted_zone_id) else {},
            workspace=self._request.folder / "emulator",
        )
        try:
            before, now = self._prepare(repository, base, settings, found, emulator)
            comparison = Comparison(
                before.stacks,
                now.stacks,
                same_providers=before.installation.versions == now.installation.versions,
            )
            comparison.refuse_moved_states()
            if not comparison.changed and not comparison.gone:
                return comparison, _NOTHING
            applied = Base(before.stacks, self._fleet("base", before, found, emulator))
            head = Head(comparison, applied, self._fleet("head", now, found, emulator))
            return comparison, head.plan()
        finally:
            emulator.stop()

    def _prepare(
        self,
        repository: Repository,
        base: Commit,
        settings: Settings,
        found: Terraform,
        emulator: Emulator,
    ) -> tuple[Side, Side]:
        """Synthesize both while the emulator starts."""
        request = self._request
        with (
            self._progress.status(f"Synthesizing {request.environment} and {base}"),
            ThreadPoolExecutor() as pool,
        ):
            starting = pool.submit(_start, emulator, settings)
            basing = pool.submit(self._synthesize_base, repository, base)
            output = request.folder / "head" / "out"
            head = synthesize(request.environment, output, project=request.project).stacks
            installation = install(found, head, request.workspace)
            before = basing.result()
            starting.result()
        if _required(before) == _required(head):
            based = installation
        else:
            based = install(found, before, request.folder / "base")
        return Side(_named(before), based), Side(_named(head), installation)

    def _synthesize_base(self, repository: Repository, base: Commit) -> tuple[Stack, ...]:
        """By the code of the base, with the packages that are installed here."""
        request = self._request
        with tempfile.TemporaryDirectory(prefix="terrace-") as scratch:
            project = Path(scratch)
            repository.export(base, project)
            # What is fetched and built there is named by its content.
            (project / ".terrace").symlink_to(request.workspace.resolve())
            output = request.folder / "base" / "out"
            try:
                _fetch_wheels(project, request.environment)
                return synthesize(request.environment, output, project=project).stacks
            except (UserError, CommandError) as error:
                raise type(error)(f"{base} cannot be synthesized: {error}") from error

    def _fleet(self, name: str, side: Side, found: Terraform, emulator: Emulator) -> Fleet:
        def watch() -> None:
            if not emulator.alive:
                raise CommandError(f"the emulator ended meanwhile; its log: {emulator.log}")

        environ = terraform_environment(emulator, side.installation.environ)
        return Fleet(
            tuple(side.stacks.values()),
            terraform=replace(found, environ=environ),
            installation=side.installation,
            workspace=self._request.folder / name / "stacks",
            console=self._progress,
            watch=watch,
        )


def _named(stacks: Iterable[Stack]) -> dict[str, Stack]:
    return {stack.name: stack for stack in stacks}


def _required(stacks: Iterable[Stack]) -> list[dict[str, dict[str, str]]]:
    return [stack.required_providers for stack in stacks]


def _start(emulator: Emulator, settings: Settings) -> None:
    emulator.start()
    bootstrap_account(emulator, settings)


def _fetch_wheels(project: Path, environment: str) -> None:
    """What the application of a base depends on may not be here yet."""
    finished = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "automation", "wheels", "--env", environment],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise UserError(finished.stderr.strip())


def _unaffected(comparison: Comparison, planned: Planned) -> list[str]:
    names = [name for name in comparison.head if name not in planned.affected]
    if not names:
        return []
    return [f"Not planned, as neither they nor what they read changes: {', '.join(sorted(names))}"]


def _exit_code(result: Review) -> int:
    if result.verdict is Verdict.BLOCKED:
        return BLOCKED
    return 1 if result.missing else 0
