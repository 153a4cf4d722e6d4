"""`preview`, apart from how it is typed."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from rich.console import Console

from automation import terraform
from automation.commands import settings_of
from automation.deployment.masking import Mask
from automation.diagram.drawing import draw
from automation.emulator import gaps
from automation.emulator.process import Emulator
from automation.errors import INTERRUPTED, CommandError
from automation.fleet import Fleet
from automation.guards import alone, interruptible
from automation.preview.base import Base
from automation.preview.comparison import Comparison
from automation.preview.head import Head, Planned
from automation.preview.repository import Commit, Repository
from automation.preview.request import Request
from automation.preview.sides import Side, prepare
from automation.rehearsal.emulated import bootstrap_account, terraform_environment
from automation.remedies import disk_errors
from automation.review import rules
from automation.review.approvals import Approval
from automation.review.command import BLOCKED, approved, tell, write
from automation.review.forgotten import without
from automation.review.plans import Plan
from automation.review.resources import Action
from automation.review.result import Review, Verdict, review
from automation.terraform import Terraform
from config import Settings

# More than elsewhere: most of them only wait, and nothing else runs on a machine of CI's.
_LIMIT = 4
_LOSSES = (Action.REPLACE, Action.DESTROY)
_NOTHING = Planned({}, frozenset(), ())

Judge = Callable[[Mapping[str, Plan], Sequence[str]], Review]


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
        judge = partial(
            self._judge, title=f"Preview of {request.environment} against {base}", allowed=allowed
        )
        found, busy = terraform.find(), f"{request.environment} is being previewed"
        with disk_errors(request.folder), alone(request.folder, busy), interruptible():
            try:
                comparison, planned = self._compare(repository, base, settings, found, judge)
            except KeyboardInterrupt:
                self._progress.print("interrupted: Terraform and the emulator have ended")
                return INTERRUPTED
        result = replace(
            judge(planned.plans, sorted(planned.affected)),
            remarks=(*planned.remarks, *_unaffected(comparison, planned)),
        )
        write(result, request.out, svg=draw(comparison.head.values()))
        tell(result, request.out, self._console, as_json=request.as_json)
        return _exit_code(result)

    def _judge(
        self,
        plans: Mapping[str, Plan],
        expected: Sequence[str],
        *,
        title: str,
        allowed: Sequence[Approval],
    ) -> Review:
        known = gaps.load()
        return review(
            {name: without(plan, known) for name, plan in plans.items()},
            title=title,
            rules=rules.load(),
            approvals=allowed,
            today=self._request.today(),
            mask=Mask(os.environ),
            expected=expected,
        )

    def _compare(
        self,
        repository: Repository,
        base: Commit,
        settings: Settings,
        found: Terraform,
        judge: Judge,
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
            fleet = self._fleet("head", now, found, emulator)
            head = Head(comparison, applied, fleet, losses=partial(losses, judge))
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
        """Both sides, while the emulator starts."""
        request = self._request
        with (
            self._progress.status(f"Synthesizing {request.environment} and {base}"),
            ThreadPoolExecutor(max_workers=1) as pool,
        ):
            starting = pool.submit(_start, emulator, settings)
            both = prepare(request, repository, base, found)
            starting.result()
        return both

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
            limit=_LIMIT,
        )


def _start(emulator: Emulator, settings: Settings) -> None:
    emulator.start()
    bootstrap_account(emulator, settings)


def losses(judge: Judge, stack: str, plan: Plan) -> list[str]:
    """The addresses of what a plan would destroy, that blocks and that nobody has approved."""
    blocking = judge({stack: plan}, ()).blocking
    return [change.address for change in blocking if change.action in _LOSSES]


def _unaffected(comparison: Comparison, planned: Planned) -> list[str]:
    names = [name for name in comparison.head if name not in planned.affected]
    if not names:
        return []
    return [f"Not planned, as neither they nor what they read changes: {', '.join(sorted(names))}"]


def _exit_code(result: Review) -> int:
    if result.verdict is Verdict.BLOCKED:
        return BLOCKED
    return 1 if result.missing else 0
