"""The steps of a rehearsal, one after the other."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
from rich.console import Console

from automation.checks import check_platform
from automation.emulator import gaps
from automation.fleet import Fleet, Track
from automation.graph import dependencies, in_order, reverse
from automation.rehearsal.result import Result
from automation.runner import Command, Step
from automation.scheduler import Outcome
from automation.synthesis import Stack, Synthesis
from config import Settings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client


class Rehearsal:
    """Applies, checks and plans again what was synthesized, and puts it all into `result`."""

    def __init__(
        self,
        synthesis: Synthesis,
        settings: Settings,
        *,
        fleet: Fleet,
        session: boto3.Session,
        console: Console,
    ) -> None:
        self._settings = settings
        self._fleet = fleet
        self._session = session
        self._console = console
        self._gaps = gaps.load()
        graph = dependencies(synthesis.stacks)
        self._graph = {name: graph[name] for name in in_order(graph)}
        self.result = Result(synthesis, self._graph)

    def run(self, *, destroy: bool) -> Result:
        """Rehearse; what cannot be done after a failure is left out."""
        before = digests(self.result.synthesis.stacks)
        self._apply()
        if all(track.outcome is Outcome.DONE for track in self.result.applied.values()):
            self._check()
            self._plan_again()
            if destroy:
                self._destroy()
        after = digests(self.result.synthesis.stacks)
        self.result.altered = [name for name in before if before[name] != after[name]]
        return self.result

    def _apply(self) -> None:
        with self._timed("apply"):
            self.result.applied = self._fleet.run("Applying", self._graph, _apply)

    def _check(self) -> None:
        with self._timed("check"), self._console.status("Checking the live account"):
            findings = check_platform(self._session, self._settings)
            self.result.findings = list(findings)

    def _plan_again(self) -> None:
        # What takes longest, first: so nothing is left to wait for while a core idles.
        applied = self.result.applied
        order = sorted(self._graph, key=lambda name: -applied[name].seconds_of(Command.PLAN))
        independent = dict.fromkeys(order, frozenset[str]())
        with self._timed("plan again"):
            tracks = self._fleet.run("Planning again", independent, self._plan_one_again)
            self.result.planned_again = tracks

    def _plan_one_again(self, track: Track) -> bool:
        if not track.do("plan again", track.runner.plan):
            return False
        if not track.steps[-1].changed:
            return True
        verdict = gaps.judge(track.runner.planned(), self._gaps)
        self.result.verdicts[track.stack] = verdict
        return not verdict.unexplained

    def _destroy(self) -> None:
        with self._timed("destroy"):
            tracks = self._fleet.run("Destroying", reverse(self._graph), _destroy)
            self.result.destroyed = tracks
            destroyed = [name for name, track in tracks.items() if track.outcome is Outcome.DONE]
            self.result.left = list(self._left(destroyed))

    def _left(self, destroyed: Sequence[str]) -> Iterator[str]:
        """What the states of destroyed stacks still hold, and locks that nobody released."""
        client: S3Client = self._session.client("s3")
        for stack in self.result.synthesis.stacks:
            backend = stack.content["terraform"]["backend"]["s3"]
            bucket, key = backend["bucket"], backend["key"]
            if stack.name in destroyed:
                body = client.get_object(Bucket=bucket, Key=key)["Body"]
                state: dict[str, Any] = json.load(body)
                for resource in state["resources"]:
                    yield f"{stack.name}: {resource['mode']} {resource['type']}.{resource['name']}"
            locks = client.list_objects_v2(Bucket=bucket, Prefix=f"{key}.tflock")
            yield from (lock["Key"] for lock in locks.get("Contents", ()))

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


def _apply(track: Track) -> bool:
    runner = track.runner
    return (
        track.do("init", runner.init)
        and track.do("plan", runner.plan)
        and track.do("apply", runner.apply)
    )


def _destroy(track: Track) -> bool:
    plan: partial[Step] = partial(track.runner.plan, destroy=True)
    return track.do("plan to destroy", plan) and track.do("destroy", track.runner.apply)
