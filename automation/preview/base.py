"""Applies the base, as far as it is needed, and as fast as what is waited for allows."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from automation.deployment import steps
from automation.deployment.backoff import PATIENT
from automation.errors import CommandError
from automation.fleet import Fleet, Job, Track
from automation.graph import closure, dependencies, in_order
from automation.preview.slow import ahead
from automation.review.plans import Plan
from automation.scheduler import Outcome
from automation.synthesis import Stack

_CONNECT, _AHEAD, _APPLY = "connect ", "ahead ", "apply "


class Base:
    """The stacks of the base, and which of them the emulated account has."""

    def __init__(self, stacks: Mapping[str, Stack], fleet: Fleet) -> None:
        graph = dependencies(stacks.values())
        self.graph = {name: graph[name] for name in in_order(graph)}
        self._ahead = ahead(stacks[name] for name in self.graph)
        self._fleet = fleet
        self._applied: set[str] = set()

    def apply(self, names: Iterable[str]) -> None:
        """Have stacks, and all that they build on; raises `CommandError` where that fails."""
        wanted = closure(names, self.graph) - self._applied
        if not wanted:
            return
        jobs = {
            name: job
            for each in self.graph
            if each in wanted
            for name, job in self._jobs(each, wanted)
        }
        tracks = self._fleet.run_jobs("Applying the base", jobs)
        refuse_failures(tracks, "the base cannot be applied to the emulated AWS")
        self._applied |= wanted

    def plan_end(self, names: Iterable[str]) -> Mapping[str, Plan]:
        """What destroying stacks would do."""
        return plans(self._fleet, names, "destroy")

    def _jobs(self, stack: str, wanted: frozenset[str]) -> Iterator[tuple[str, Job]]:
        """Connect; do what nothing slow comes before, if somebody waits for it; do the rest."""
        upstreams = self.graph[stack] & wanted
        yield _CONNECT + stack, Job(stack, _connect, patient=bool(upstreams))
        before = {_CONNECT + stack, *(self._first(each, wanted) for each in upstreams)}
        if self._first(stack, wanted) == _AHEAD + stack:
            work = partial(_apply, targets=self._ahead[stack] or ())
            yield _AHEAD + stack, Job(stack, work, frozenset(before))
            before = {_AHEAD + stack}
        if self._ahead[stack] is not None:
            before |= {_APPLY + each for each in upstreams}
        yield _APPLY + stack, Job(stack, _apply, frozenset(before))

    def _first(self, stack: str, wanted: frozenset[str]) -> str:
        """The job after which what a quick resource reads of a stack is there."""
        awaited = any(stack in self.graph[name] for name in wanted)
        return (_AHEAD if awaited and self._ahead[stack] else _APPLY) + stack


def plans(fleet: Fleet, names: Iterable[str], mode: str | None = None) -> Mapping[str, Plan]:
    """Connect to stacks and plan them side by side; raises `CommandError` where that fails."""
    found: dict[str, Plan] = {}

    def plan(track: Track) -> bool:
        planned = steps.connect(track, PATIENT) and track.do(
            "plan", partial(track.runner.plan, mode)
        )
        if planned:
            found[track.stack] = track.runner.planned()
        return planned

    tracks = fleet.run_jobs("Planning", {name: Job(name, plan) for name in names})
    refuse_failures(tracks, "not every stack can be planned")
    return found


def refuse_failures(tracks: Mapping[str, Track], what: str) -> None:
    """Raises `CommandError` with all that kept tracks from being done."""
    failed = [
        f"{track.stack}: {problem}"
        for track in tracks.values()
        if track.outcome is Outcome.FAILED
        for problem in track.problems
    ]
    if failed:
        raise CommandError("\n".join([f"{what}:", *failed]))


def _connect(track: Track) -> bool:
    track.note = "ready"
    return steps.connect(track, PATIENT)


def _apply(track: Track, targets: Iterable[str] = ()) -> bool:
    return steps.plan_and_apply(track, PATIENT, targets=tuple(targets))
