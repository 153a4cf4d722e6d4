"""Applies the base, as far as it is needed, and as fast as what is waited for allows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from automation.deployment import steps
from automation.deployment.backoff import PATIENT
from automation.errors import CommandError
from automation.fleet import Fleet, Job, Track
from automation.graph import closure, dependencies, in_order
from automation.preview.slow import ahead
from automation.scheduler import Outcome
from automation.synthesis import Stack

Tracks = Mapping[str, Track]
_CONNECT, _AHEAD, _APPLY = "connect ", "ahead ", "apply "


class Base:
    """The stacks of the base, and which of them the emulated account has."""

    def __init__(self, stacks: Mapping[str, Stack], fleet: Fleet) -> None:
        graph = dependencies(stacks.values())
        self._stacks = {name: stacks[name] for name in in_order(graph)}
        self._graph = graph
        self._fleet = fleet
        self._applied: set[str] = set()

    def apply(self, names: Iterable[str], then: Mapping[str, Job] | None = None) -> Tracks:
        """Have stacks, and all that they build on; raises `CommandError` where that fails.

        The jobs in `then` come after those of `applying`; the tracks are theirs.
        """
        wanted = closure(names, self._graph) - self._applied
        jobs = self._jobs([stack for name, stack in self._stacks.items() if name in wanted])
        later = {
            name: replace(job, after=job.after & jobs.keys()) for name, job in (then or {}).items()
        }
        if not jobs and not later:
            return {}
        title = "Applying the base" if jobs else "Planning"
        tracks = self._fleet.run_jobs(title, {**jobs, **later})
        applied = {name: tracks[name] for name in jobs}
        refuse_failures(applied, "the base cannot be applied to the emulated AWS")
        self._applied |= wanted
        return {name: tracks[name] for name in later}

    @staticmethod
    def applying(stack: str) -> str:
        """The job after which a stack is there."""
        return _APPLY + stack

    def _jobs(self, stacks: Sequence[Stack]) -> dict[str, Job]:
        """For each stack: connect; do what nothing slow comes before; do the rest."""
        quick = ahead(stacks)
        jobs: dict[str, Job] = {}
        for name, targets in quick.items():
            upstreams = self._graph[name] & quick.keys()
            # What a quick resource reads is there after the first job of where it reads it.
            first = {(_AHEAD if quick[each] else _APPLY) + each for each in upstreams}
            last = {_APPLY + each for each in upstreams}
            jobs[_CONNECT + name] = Job(name, _connect, patient=bool(upstreams))
            before = {_CONNECT + name, *first}
            if targets:
                work = partial(_apply, targets=targets)
                jobs[_AHEAD + name] = Job(name, work, frozenset(before))
                before = {_AHEAD + name}
            if targets is not None:
                before |= last
            jobs[_APPLY + name] = Job(name, _apply, frozenset(before))
        return jobs


def refuse_failures(tracks: Tracks, what: str) -> None:
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
    return steps.apply_at_once(track, PATIENT, tuple(targets))
