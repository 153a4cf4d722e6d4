"""The steps of a rehearsal: apply, check, plan again, destroy."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import boto3
from rich.console import Console

from automation.checks.configuration import check_platform, without_checks
from automation.emulator import gaps
from automation.rehearse.result import RehearsalResult
from automation.terraform import steps
from automation.terraform.pool import Job, Outcome, StackPool, StackRun
from automation.terraform.stacks import Stack, Synthesis, dependencies, in_order, ordered, reverse
from automation.terraform.steps import PATIENT, empty_stack, left_behind
from config import Settings

_CONNECT, _PLAN, _APPLY, _AGAIN = "connect ", "plan ", "apply ", "plan again "


class Rehearsal:
    """Applies, checks and plans again what was synthesized, and puts it all into `result`.

    `pool` signs as the role that deploys; `planning` and `session` as the one that plans, but with
    a provider that `reads_written` secrets, and of whose passwords that role is to know none.
    """

    def __init__(
        self,
        synthesis: Synthesis,
        settings: Settings,
        *,
        pool: StackPool,
        planning: StackPool,
        reads_written: bool = False,
        session: boto3.Session,
        console: Console,
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._planning = planning
        self._session = session
        self._console = console
        self._gaps = gaps.load()
        graph = dependencies(synthesis.stacks)
        self._graph = {name: graph[name] for name in in_order(graph)}
        self.result = RehearsalResult(
            synthesis,
            self._graph,
            without_checks=without_checks(self._graph),
            not_by_plan=[
                each.name for each in synthesis.stacks if reads_written and each.reads_back
            ],
        )

    def run(self, *, destroy: bool) -> RehearsalResult:
        """Rehearse; what cannot be done after a failure is left out."""
        before = digests(self.result.synthesis.stacks)
        self._apply_and_plan_again()
        if all(stack_run.outcome is Outcome.DONE for stack_run in self.result.applied.values()):
            self._check()
            if destroy:
                self._destroy()
        after = digests(self.result.synthesis.stacks)
        self.result.altered = [name for name in before if before[name] != after[name]]
        return self.result

    def _apply_and_plan_again(self) -> None:
        """Plan a stack again as soon as all that know of it, and so could alter it, are applied."""
        jobs = {**self._applying(), **self._planning_again()}
        with self._timed("apply and plan again"):
            stack_runs = self._pool.run_jobs("Applying", jobs)
        self.result.applied = {
            name: _joined([stack_runs[job + name] for job in (_CONNECT, _PLAN, _APPLY)])
            for name in self._graph
        }
        again = {name: stack_runs[_AGAIN + name] for name in self._graph}
        self.result.planned_again = {
            name: stack_run
            for name, stack_run in again.items()
            if stack_run.outcome is not Outcome.SKIPPED
        }

    def _applying(self) -> dict[str, Job]:
        """Connect to all states early, but let the first plans go first."""
        first = {_PLAN + name for name, upstreams in self._graph.items() if not upstreams}
        jobs: dict[str, Job] = {}
        for name, upstreams in self._graph.items():
            before = frozenset(first if upstreams else ())
            applied = {_APPLY + each for each in upstreams}
            jobs[_CONNECT + name] = Job(name, _connect, before, patient=bool(upstreams))
            jobs[_PLAN + name] = Job(name, _plan, frozenset({_CONNECT + name, *applied}))
            jobs[_APPLY + name] = Job(name, _apply, frozenset({_PLAN + name}))
        return jobs

    def _planning_again(self) -> dict[str, Job]:
        """The last ones first: planning them takes longest, and the user waits for it."""
        readers = reverse(self._graph)
        jobs: dict[str, Job] = {}
        for name in reversed(self._graph):
            applied = frozenset(_APPLY + each for each in (name, *readers[name]))
            patient = len(readers[name]) > 1
            pool = self._pool if name in self.result.not_by_plan else self._planning
            jobs[_AGAIN + name] = Job(
                name, self._plan_one_again, applied, patient=patient, pool=pool
            )
        return jobs

    def _check(self) -> None:
        with self._timed("check"), self._console.status("Checking the live account"):
            stacks = ordered(self.result.synthesis.stacks)
            findings = check_platform(self._session, self._settings, stacks)
            self.result.findings = list(findings)

    def _plan_one_again(self, stack_run: StackRun) -> bool:
        if not stack_run.do("plan again", stack_run.runner.plan):
            return False
        if not stack_run.steps[-1].changed:
            return True
        verdict = gaps.judge(stack_run.runner.planned(), self._gaps)
        self.result.verdicts[stack_run.stack] = verdict
        return not verdict.unexplained

    def _destroy(self) -> None:
        with self._timed("destroy"):
            stack_runs = self._pool.run("Destroying", reverse(self._graph), empty_stack)
            self.result.destroyed = stack_runs
            destroyed = [
                name for name, stack_run in stack_runs.items() if stack_run.outcome is Outcome.DONE
            ]
            stacks = self.result.synthesis.stacks
            self.result.left = list(left_behind(self._session.client("s3"), stacks, destroyed))

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.result.seconds[phase] = time.perf_counter() - start


def digests(stacks: tuple[Stack, ...]) -> dict[str, str]:
    """What tells whether a synthesized file is still the same, by its path."""
    return {
        str(stack.file): hashlib.sha256(stack.file.read_bytes()).hexdigest() for stack in stacks
    }


def _connect(stack_run: StackRun) -> bool:
    stack_run.note = "ready"
    return steps.connect(stack_run, PATIENT)


def _plan(stack_run: StackRun) -> bool:
    stack_run.note = "planned"
    return steps.plan(stack_run, PATIENT)


def _apply(stack_run: StackRun) -> bool:
    return steps.plan_and_apply(stack_run, PATIENT, planned=True)


def _joined(stack_runs: Sequence[StackRun]) -> StackRun:
    """What was done to apply a stack, one job after the other."""
    ended = next((each for each in stack_runs if each.outcome is not Outcome.DONE), stack_runs[-1])
    return replace(ended, steps=[step for stack_run in stack_runs for step in stack_run.steps])
