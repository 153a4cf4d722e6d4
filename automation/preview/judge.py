"""What a review makes of the plans of a preview."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from automation.deployment.masking import Mask
from automation.emulator import gaps
from automation.emulator.gaps import Gap
from automation.review import rules
from automation.review.approvals import Approval
from automation.review.forgotten import without
from automation.review.plans import Plan
from automation.review.resources import Action
from automation.review.result import Review, review
from automation.review.rules import Rules

_LOSSES = (Action.REPLACE, Action.DESTROY)


@dataclass(frozen=True, kw_only=True)
class Judge:
    """The reviewed rules, approvals and gaps of the emulator, by which every plan is judged."""

    title: str
    approvals: Sequence[Approval]
    today: date
    rules: Rules = field(default_factory=rules.load)
    gaps: Sequence[Gap] = field(default_factory=gaps.load)

    def review(self, plans: Mapping[str, Plan], expected: Sequence[str] = ()) -> Review:
        """Review plans by stack; `expected` are the stacks that there should be plans of."""
        return review(
            {name: without(plan, self.gaps) for name, plan in plans.items()},
            title=self.title,
            rules=self.rules,
            approvals=self.approvals,
            today=self.today,
            mask=Mask(os.environ),
            expected=expected,
        )

    def losses(self, stack: str, plan: Plan) -> list[str]:
        """The addresses of what a plan would destroy, that blocks and that nobody has approved."""
        blocking = self.review({stack: plan}).blocking
        return [change.address for change in blocking if change.action in _LOSSES]
