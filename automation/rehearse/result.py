"""What a rehearsal found out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from automation.checks import Finding
from automation.emulator.gaps import Verdict
from automation.fleet import Track
from automation.graph import Graph, critical_path
from automation.scheduler import Outcome
from automation.stream import Applied, Problem
from automation.synthesis import Synthesis

# CDKTF names so the outputs that only other stacks read.
_INTERNAL = "cross-stack-output-"


@dataclass
class Result:
    """An environment's rehearsal; what has not happened is empty."""

    synthesis: Synthesis
    graph: Graph
    applied: Mapping[str, Track] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    planned_again: Mapping[str, Track] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    destroyed: Mapping[str, Track] = field(default_factory=dict)
    left: Sequence[str] = ()
    altered: Sequence[str] = ()
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def failures(self) -> list[str]:
        """Everything that keeps the rehearsal from being a success, a line each."""
        return [
            *self._incomplete(),
            *(f"check failed: {each.tier}: {each.what}: {each.detail}" for each in self.failed),
            *(f"changes again: {each}" for each in self._changes()),
            *(f"not destroyed: {each}" for each in self.left),
            *(f"the rehearsal altered {each}" for each in self.altered),
        ]

    @property
    def ok(self) -> bool:
        """Whether everything was applied, holds, and stays as it is."""
        return not self.failures

    @property
    def failed(self) -> list[Finding]:
        """Checks of the live account that failed."""
        return [finding for finding in self.findings if not finding.ok]

    @property
    def problems(self) -> Iterator[tuple[str, Problem]]:
        """Terraform's errors, by stack."""
        for tracks in self._passes():
            for name, track in tracks.items():
                yield from ((name, problem) for problem in track.problems)

    @property
    def outputs(self) -> dict[str, Any]:
        """What a user needs to know, by `<stack>.<output>`."""
        return {
            f"{name}.{key}": value
            for name, track in self.applied.items()
            for step in track.steps
            for key, value in step.outputs.items()
            if not key.startswith(_INTERNAL)
        }

    @property
    def critical_path(self) -> list[str]:
        """The chain of stacks that decided how long applying took."""
        done = {name: track for name, track in self.applied.items() if track.steps}
        return critical_path(self.graph, {name: track.ended for name, track in done.items()})

    def slowest(self, count: int) -> list[tuple[str, Applied]]:
        """The resources that took longest to apply, each after its stack."""
        resources = [(name, each) for name in self.applied for each in self.resources(name)]
        return sorted(resources, key=lambda pair: -pair[1].seconds)[:count]

    def resources(self, stack: str) -> list[Applied]:
        """The resources of a stack that were applied."""
        track = self.applied.get(stack)
        return [each for step in track.steps for each in step.applied] if track else []

    def _incomplete(self) -> Iterator[str]:
        for tracks in self._passes():
            for outcome in (Outcome.FAILED, Outcome.SKIPPED):
                # What a second plan would change is listed change by change.
                listed = self.verdicts if tracks is self.planned_again else {}
                names = [
                    name
                    for name, track in tracks.items()
                    if track.outcome is outcome and name not in listed
                ]
                if names:
                    yield f"{outcome}: {', '.join(names)}"

    def _changes(self) -> Iterator[str]:
        for name, verdict in self.verdicts.items():
            yield from (f"{name}: {change}" for change in verdict.unexplained)

    def _passes(self) -> tuple[Mapping[str, Track], ...]:
        return self.applied, self.planned_again, self.destroyed
