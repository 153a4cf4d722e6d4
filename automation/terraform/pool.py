"""Runs work on every stack, as many at a time as their dependencies and memory allow.

A workspace is a Terraform with the providers installed that the stacks require.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from rich.console import Console

from automation import WORKSPACE
from automation.terraform import program
from automation.terraform.processes import Processes
from automation.terraform.program import Terraform
from automation.terraform.progress import Problem, ProgressTable
from automation.terraform.providers import Installation, install
from automation.terraform.runner import Operation, StackRunner, Step
from automation.terraform.stacks import Graph, Stack, depth_below

INTERVAL = 0.2


class Outcome(StrEnum):
    """What became of a stack."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "not started"


class Scheduler:
    """The order in which stacks start; of those that may, the one that most others wait for.

    Between equals the graph's own order decides.
    """

    def __init__(self, graph: Graph, *, limit: int) -> None:
        self._graph = graph
        self._limit = limit
        depths = depth_below(graph)
        self._waiting = sorted(graph, key=lambda name: -depths[name])
        self._outcomes: dict[str, Outcome] = {}

    def run(
        self,
        work: Callable[[str], bool],
        *,
        tick: Callable[[], None] = lambda: None,
        stop: Callable[[BaseException], None] = lambda _: None,
    ) -> dict[str, Outcome]:
        """Call `work` for every stack; after one returns False, no stack downstream of it starts.

        `tick` is called several times a second, in the calling thread. When it raises, or is
        interrupted, `stop` has to end the work that is under way, and nothing more is started.
        """
        running: dict[Future[bool], str] = {}
        with ThreadPoolExecutor(max_workers=self._limit) as pool:
            try:
                while self._waiting or running:
                    for name in self._startable(self._limit - len(running)):
                        running[pool.submit(work, name)] = name
                    finished, _ = wait(running, INTERVAL, FIRST_COMPLETED)
                    for future in finished:
                        done = future.result()
                        self._outcomes[running.pop(future)] = (
                            Outcome.DONE if done else Outcome.FAILED
                        )
                    tick()
            except BaseException as reason:
                stop(reason)
                raise
        return self._outcomes

    def _startable(self, room: int) -> list[str]:
        """Takes as many as there is room for out of those that wait, and skips the hopeless."""
        started: list[str] = []
        for name in list(self._waiting):
            upstreams = [self._outcomes.get(each) for each in self._graph[name]]
            if Outcome.FAILED in upstreams or Outcome.SKIPPED in upstreams:
                self._waiting.remove(name)
                self._outcomes[name] = Outcome.SKIPPED
            elif len(started) < room and all(each is Outcome.DONE for each in upstreams):
                self._waiting.remove(name)
                started.append(name)
        return started


# A Terraform with its provider takes about half a gigabyte, and one and a half cores while it is
# not waiting; no more than three tiers can ever be applied at a time.
LIMIT = 3


@dataclass
class StackRun:
    """What is done with one stack, and what came of it."""

    stack: str
    runner: StackRunner
    board: ProgressTable
    steps: list[Step] = field(default_factory=list)
    outcome: Outcome = Outcome.SKIPPED
    ended: float = 0
    """Seconds since the pool started."""
    note: str = ""
    """What is shown at the end in place of the outcome."""
    pause: Callable[[float], bool] = lambda _: True
    """Waits, and says whether to go on: not after Ctrl-C."""
    tell: Callable[["StackRun", str], None] = lambda *_: None
    """Hears of each step that was taken, by its phase."""

    def do(self, phase: str, work: Callable[[], Step]) -> bool:
        """Take a step, and whether it succeeded."""
        self.board.phase(self.stack, phase)
        self.steps.append(work())
        self.tell(self, phase)
        return self.steps[-1].ok

    def end(self, *, done: bool) -> bool:
        """Nothing more is done with the stack; returns `done`. What was not tried did not fail."""
        if done or self.steps:
            self.outcome = Outcome.DONE if done else Outcome.FAILED
        self.ended = self.board.elapsed
        self.board.phase(self.stack, self.note or self.outcome, last=True)
        return done

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why it failed: what was tried again with success is none."""
        return self.steps[-1].problems if self.steps else ()

    @property
    def seconds(self) -> float:
        """How long its steps took."""
        return sum(step.seconds for step in self.steps)


@dataclass(frozen=True)
class Job:
    """Something to do with a stack, once other jobs are done; for a `patient` one nobody waits.

    `pool` is whose stack it is, unless it belongs to those that run the jobs.
    """

    stack: str
    work: Callable[[StackRun], bool]
    after: frozenset[str] = frozenset()
    patient: bool = False
    pool: "StackPool | None" = None


class StackPool:
    """The synthesized stacks, with all that Terraform needs to work on them."""

    def __init__(
        self,
        stacks: Sequence[Stack],
        *,
        terraform: Terraform,
        installation: Installation,
        workspace: Path,
        console: Console,
        watch: Callable[[], None] = lambda: None,
        tell: Callable[[StackRun, str], None] = lambda *_: None,
        limit: int = LIMIT,
        locks: bool = True,
    ) -> None:
        self._stacks = {stack.name: stack for stack in stacks}
        self.terraform = terraform
        self.installation = installation
        self._workspace = workspace
        self._console = console
        self._watch = watch
        self._tell = tell
        self._limit = limit
        self._locks = locks
        self._processes = Processes()

    def run(
        self, title: str, graph: Graph, work: Callable[[StackRun], bool]
    ) -> Mapping[str, StackRun]:
        """Call `work` for each stack of a graph as soon as its upstreams are done."""
        return self.run_jobs(
            title, {name: Job(name, work, upstreams) for name, upstreams in graph.items()}
        )

    def run_jobs(self, title: str, jobs: Mapping[str, Job]) -> Mapping[str, StackRun]:
        """Do every job as soon as those before it are done; the runs have the jobs' names.

        `watch` is called meanwhile; what it raises ends every Terraform at once.
        """
        stacks = dict.fromkeys(job.stack for job in jobs.values())
        with ProgressTable(self._console, title, stacks) as board:
            stack_runs = {name: self._stack_run(job, board) for name, job in jobs.items()}

            def one(name: str) -> bool:
                return stack_runs[name].end(done=jobs[name].work(stack_runs[name]))

            def tick() -> None:
                self._watch()
                board.refresh()

            scheduler = Scheduler(_order(jobs), limit=self._limit)
            scheduler.run(one, tick=tick, stop=self._processes.end)
            for stack in stacks:
                theirs = [each for each in stack_runs.values() if each.stack == stack]
                if _not_started(theirs):
                    board.phase(stack, Outcome.SKIPPED, last=True)
        return stack_runs

    def _stack_run(self, job: Job, board: ProgressTable) -> StackRun:
        runner = (job.pool or self)._runner(job, board, self._processes)
        return StackRun(job.stack, runner, board, pause=self._processes.pause, tell=self._tell)

    def _runner(self, job: Job, board: ProgressTable, processes: Processes) -> StackRunner:
        return StackRunner(
            self._stacks[job.stack],
            terraform=self.terraform,
            installation=self.installation,
            processes=processes,
            data=self._workspace / job.stack,
            patient=job.patient,
            locks=self._locks,
            on_event=partial(board.event, job.stack),
        )


def _not_started(stack_runs: Sequence[StackRun]) -> bool:
    """Whether a stack waited in vain; one that was applied is done, whatever else was left out."""
    outcomes = {each.outcome for each in stack_runs}
    applied = any(step.command is Operation.APPLY for each in stack_runs for step in each.steps)
    return Outcome.SKIPPED in outcomes and Outcome.FAILED not in outcomes and not applied


def _order(jobs: Mapping[str, Job]) -> Graph:
    return {name: job.after for name, job in jobs.items()}


@dataclass(frozen=True)
class Workspace:
    """A Terraform, with the providers installed that stacks require."""

    terraform: Terraform
    installation: Installation

    def pool(
        self,
        stacks: Sequence[Stack],
        *,
        data: Path,
        console: Console,
        environ: Mapping[str, str] | None = None,
        watch: Callable[[], None] = lambda: None,
        tell: Callable[[StackRun, str], None] = lambda *_: None,
        limit: int = LIMIT,
        locks: bool = True,
    ) -> StackPool:
        """The stacks, ready to be worked on; `environ` is Terraform's, if not the installation's.

        What Terraform needs meanwhile, plans with secrets too, goes to `data`. Who only plans,
        or holds the states' locks already, needs no `locks`.
        """
        return StackPool(
            stacks,
            terraform=replace(self.terraform, environ=environ or self.installation.environ),
            installation=self.installation,
            workspace=data,
            console=console,
            watch=watch,
            tell=tell,
            limit=limit,
            locks=locks,
        )


def prepare(
    stacks: Sequence[Stack],
    *,
    terraform: Terraform | None = None,
    workspace: Path = WORKSPACE,
    lock: str | None = None,
) -> Workspace:
    """Install what stacks require below `workspace`; raises `UserError` if it is not to be had.

    `lock` is the lock file that saved plans were made with.
    """
    found = terraform or program.find()
    return Workspace(found, install(found, stacks, workspace, lock=lock))
