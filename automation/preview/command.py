"""`preview`: applies a base to an emulated account and reviews what the working tree changes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    REVIEW,
    Approvals,
    Environment,
    Json,
    ReviewFolder,
    run,
    settings_of,
)
from automation.diagram import draw
from automation.emulator import Emulator
from automation.errors import check_folder
from automation.preview.base import Base
from automation.preview.git import Commit, Repository, application_directory
from automation.preview.head import Head, PreviewPlans, ReviewPolicy
from automation.preview.synthesis import Comparison, PreviewRequest, Revision, prepare
from automation.rehearse.account import emulator_of, pool_of, role_of, start_account
from automation.rehearse.calls import unknown
from automation.review import Review, Verdict, approved
from automation.review.html import BLOCKED, tell, write
from automation.terraform import program
from automation.terraform.pool import StackPool
from automation.terraform.program import Terraform
from config import Settings

# More than elsewhere: most of them only wait, and nothing else runs on a machine of CI's.
_LIMIT = 4
_NOTHING = PreviewPlans({}, frozenset(), ())


@dataclass(frozen=True)
class Task:
    """A request in which there is nothing that the user has to mend."""

    repository: Repository
    base: Commit
    settings: Settings
    terraform: Terraform
    judge: ReviewPolicy


class PreviewCommand:
    """One run of the command."""

    def __init__(self, request: PreviewRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 0, 1 when a plan is missing, 3 when a blocking change is not approved.

        Raises `UserError` for what the user can mend, and `CommandError` where Terraform fails.
        """
        request = self._request
        return run(
            partial(self._run, self._task()),
            progress=self._progress,
            interrupted="interrupted: Terraform and the emulator have ended",
            folder=request.folder,
            busy=f"{request.environment} is being previewed",
        )

    def _run(self, task: Task) -> int:
        request = self._request
        comparison, planned = self._compare(task)
        found = task.judge.review(planned.plans, sorted(planned.affected))
        remarks = (*_new(comparison), *planned.remarks, *_unaffected(comparison, planned))
        result = replace(found, remarks=remarks)
        write(result, request.out, svg=draw(comparison.head.values()))
        tell(result, request.out, self._console, as_json=request.as_json)
        return _exit_code(result)

    def _task(self) -> Task:
        request = self._request
        check_folder(request.out, "--out")
        repository = Repository(request.project)
        base = repository.commit(request.base)
        if not request.dirty:
            named = application_directory(request.project, request.environment)
            repository.refuse_changes((request.project / named).resolve())
        settings = settings_of(request.environment)
        judge = ReviewPolicy(
            title=f"Preview of {request.environment} against {base}",
            approvals=approved(request.approvals),
            today=request.today(),
            environment=request.environment,
        )
        return Task(repository, base, settings, program.find(), judge)

    def _compare(self, task: Task) -> tuple[Comparison, PreviewPlans]:
        emulator = emulator_of(task.settings, self._request.folder / "emulator")
        try:
            before, now = self._prepare(task, emulator)
            same = before.workspace.installation.versions == now.workspace.installation.versions
            comparison = Comparison(before.stacks, now.stacks, same_providers=same)
            comparison.refuse_moved_states()
            if not comparison.changed and not comparison.gone:
                return comparison, replace(_NOTHING, remarks=before.remarks)
            deploying = role_of(emulator, task.settings, "deploy")
            base = Base(before.stacks, self._pool("base", before, emulator, deploying))
            pool = self._pool("head", now, emulator, deploying)
            planned = Head(comparison, base, pool, task.judge.losses).plan()
            remarks = (*before.remarks, *planned.remarks, *map(str, unknown(emulator.calls)))
            return comparison, replace(planned, remarks=remarks)
        finally:
            emulator.stop()

    def _prepare(self, task: Task, emulator: Emulator) -> tuple[Revision, Revision]:
        """Synthesize both sides while the emulator starts."""
        with (
            self._progress.status(f"Synthesizing {self._request.environment} and {task.base}"),
            ThreadPoolExecutor(max_workers=1) as pool,
        ):
            starting = pool.submit(start_account, emulator, task.settings)
            both = prepare(self._request, task.repository, task.base, task.terraform)
            starting.result()
        return both

    def _pool(
        self, name: str, side: Revision, emulator: Emulator, role: Mapping[str, str]
    ) -> StackPool:
        return pool_of(
            side.workspace,
            tuple(side.stacks.values()),
            emulator,
            data=self._request.folder / name / "stacks",
            console=self._progress,
            when="meanwhile",
            role=role,
            limit=_LIMIT,
        )


def _new(comparison: Comparison) -> list[str]:
    if comparison.base:
        return []
    return ["All of it is new: the base does not have it, or as the sample that Terrace comes with"]


def _unaffected(comparison: Comparison, planned: PreviewPlans) -> list[str]:
    names = [name for name in comparison.head if name not in planned.affected]
    if not names:
        return []
    return [f"Not planned, as neither they nor what they read changes: {', '.join(sorted(names))}"]


def _exit_code(result: Review) -> int:
    if result.verdict is Verdict.BLOCKED:
        return BLOCKED
    return 1 if result.missing else 0


def preview(
    *,
    base: Annotated[str, typer.Option("--base", help="the commit to compare with: origin/main")],
    env: Environment = DEFAULT,
    out: ReviewFolder = REVIEW,
    approvals: Approvals = None,
    dirty: Annotated[
        bool, typer.Option("--dirty", help="changes that are not committed may be in it, too")
    ] = False,
    as_json: Json = False,
) -> None:
    """Apply a base to an emulated AWS, and review what the working tree would change there."""
    request = PreviewRequest(
        environment=env, base=base, out=out, approvals=approvals, dirty=dirty, as_json=as_json
    )
    raise typer.Exit(PreviewCommand(request, console=CONSOLE, progress=PROGRESS).run())
