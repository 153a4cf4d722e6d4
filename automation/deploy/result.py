"""What a run of `plan` or `deploy` did."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automation.deployment.classify import Fault, faults
from automation.deployment.plans import Plan
from automation.fleet import Track
from automation.graph import Graph
from automation.review.result import Review
from automation.runner import Command
from automation.scheduler import Outcome


@dataclass
class Run:
    """What came of each stack; what has not happened is empty."""

    environment: str
    command: str
    graph: Graph
    log: Path
    planned: Mapping[str, Track] = field(default_factory=dict)
    applied: Mapping[str, Track] = field(default_factory=dict)
    plans: Mapping[str, Plan] = field(default_factory=dict)
    review: Review | None = None
    """What the plans would change, by risk."""
    waiting: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    declined: bool = False

    @property
    def tracks(self) -> Mapping[str, Track]:
        """What was done last."""
        return self.applied or self.planned

    @property
    def ok(self) -> bool:
        """Whether everything that was asked for is done."""
        done = all(track.outcome is Outcome.DONE for track in self.tracks.values())
        return done and not self.declined

    def outcome(self, stack: str) -> str:
        """What became of a stack, in words."""
        track = self.tracks.get(stack)
        if track is not None:
            return track.note or str(track.outcome)
        if stack in self.waiting and not self.applied:
            return f"waits for {', '.join(self.waiting[stack])}"
        return "not planned" if self.applied else str(Outcome.SKIPPED)

    def changed(self, stack: str) -> tuple[int, int, int]:
        """How many resources of a stack are, or would be, created, changed and destroyed."""
        track = self.applied.get(stack)
        if track is not None:
            actions = [each.action for step in track.steps for each in step.applied]
        else:
            plan = self.plans.get(stack)
            actions = [each.action for each in plan.intended] if plan else []
        both = actions.count("replace")
        return (
            actions.count("create") + both,
            actions.count("update"),
            actions.count("delete") + both,
        )

    def faults(self, stack: str) -> tuple[Fault, ...]:
        """Why a stack failed."""
        track = self.tracks.get(stack)
        failed = track is not None and track.outcome is Outcome.FAILED
        return faults(track.problems) if track and failed else ()

    def seconds(self, stack: str) -> float:
        """How long Terraform worked on a stack."""
        both = (self.planned.get(stack), self.applied.get(stack))
        return sum(track.seconds for track in both if track)

    def outputs(self) -> Iterator[tuple[str, object]]:
        """What a user needs to know, by `<stack>.<output>`; secrets are none of them."""
        for name, track in self.applied.items():
            for step in track.steps:
                if step.command is Command.APPLY:
                    yield from ((f"{name}.{key}", value) for key, value in step.outputs.items())
