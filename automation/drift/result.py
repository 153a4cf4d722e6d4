"""What a look for drift found out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from automation.deployment.classify import Fault, faults
from automation.drift.resources import Drifted
from automation.fleet import Track
from automation.scheduler import Outcome


class Verdict(StrEnum):
    """What became of a stack since it was applied last."""

    NONE = "no drift"
    DRIFT = "drift"
    ERROR = "error"
    NEVER = "never applied"


@dataclass
class Result:
    """An environment's chosen stacks, and what of theirs is otherwise than Terraform left it."""

    environment: str
    stacks: Sequence[str]
    tracks: Mapping[str, Track] = field(default_factory=dict)
    drifted: dict[str, list[Drifted]] = field(default_factory=dict)
    gone: Sequence[str] = ()
    """Stacks that are no longer synthesized, but have resources: nobody looked at them."""

    def verdict(self, stack: str) -> Verdict:
        """What became of a stack."""
        if stack not in self.tracks:
            return Verdict.NEVER
        if self.tracks[stack].outcome is not Outcome.DONE:
            return Verdict.ERROR
        return Verdict.DRIFT if self.drifted.get(stack) else Verdict.NONE

    @property
    def overall(self) -> Verdict:
        """An error outweighs drift: what a stack that failed has become is not known."""
        verdicts = {self.verdict(stack) for stack in self.stacks}
        for each in (Verdict.ERROR, Verdict.DRIFT):
            if each in verdicts:
                return each
        return Verdict.NONE

    def faults(self, stack: str) -> Sequence[Fault]:
        """Why it is not known what became of a stack."""
        return faults(self.tracks[stack].problems) if stack in self.tracks else ()
