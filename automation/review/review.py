"""The review: changes of all stacks, their risks, their approvals, and the verdict."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from graphlib import CycleError

from automation.errors import UserError
from automation.review.approvals import Approval, Ledger, settle
from automation.review.changes import Change, changes
from automation.review.rules import ORDER, Risk, Rules
from automation.terraform.masking import Mask
from automation.terraform.plan import Action, Plan, outputs, resources, upstreams
from automation.terraform.stacks import Graph, in_order


class Verdict(StrEnum):
    """Whether the changes may pass."""

    CLEAR = "clear"
    APPROVED = "approved"
    """Each blocking change is."""
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A stack, what happens in it and how many resources stay as they are."""

    name: str
    changes: tuple[Change, ...]
    unchanged: int
    outputs: tuple[str, ...]
    """Those that change; cross-stack ones are what other stacks read."""

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many resources there are of each action."""
        counted = Counter(change.action for change in self.changes)
        return {action: counted[action] for action in Action} | {Action.NO_OP: self.unchanged}

    @property
    def risk(self) -> Risk | None:
        """The worst of its changes; none without changes."""
        return min((change.risk for change in self.changes), key=ORDER.index, default=None)


@dataclass(frozen=True, kw_only=True)
class Review:
    """All that the plans of an environment would do."""

    title: str
    stacks: tuple[Reviewed, ...]
    graph: Graph
    missing: tuple[str, ...]
    """Stacks without a plan: often one upstream has to be applied first."""
    ledger: Ledger
    remarks: tuple[str, ...] = ()
    """What whoever made the plans has to say of them."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of all stacks, the riskiest first."""
        found = (change for stack in self.stacks for change in stack.changes)
        return tuple(sorted(found, key=lambda each: ORDER.index(each.risk)))

    @property
    def blocking(self) -> tuple[Change, ...]:
        """The blocking changes that nobody has approved."""
        return tuple(
            each
            for each in self.changes
            if each.risk is Risk.BLOCKING and self.ledger.of(each.key) is None
        )

    @property
    def verdict(self) -> Verdict:
        """Whether the changes may pass."""
        if self.blocking:
            return Verdict.BLOCKED
        return Verdict.APPROVED if self.ledger.used else Verdict.CLEAR

    def count(self, kind: Action | Risk) -> int:
        """How many changes there are of an action or a risk."""
        if kind is Action.NO_OP:
            return sum(stack.unchanged for stack in self.stacks)
        return sum(kind in (each.action, each.risk) for each in self.changes)


def review_of(
    plans: Mapping[str, Plan],
    *,
    title: str,
    rules: Rules,
    mask: Mask,
    approvals: Sequence[Approval] = (),
    today: date = date.max,
    expected: Sequence[str] = (),
    remarks: Sequence[str] = (),
) -> Review:
    """Review plans by stack; `expected` are the stacks that there should be plans of.

    `today` is the day by which approvals expire.

    Raises `UserError` for a plan that is malformed or newer than what is known here.
    """
    graph = _graph(plans)
    stacks = tuple(_reviewed(name, plans[name], rules, mask) for name in graph)
    every = (change for stack in stacks for change in stack.changes)
    blocking = [each.key for each in every if each.risk is Risk.BLOCKING]
    return Review(
        title=title,
        stacks=stacks,
        graph=graph,
        missing=tuple(name for name in expected if name not in plans),
        ledger=settle(blocking, approvals, today=today),
        remarks=tuple(remarks),
    )


def _graph(plans: Mapping[str, Plan]) -> Graph:
    """Which stack reads from which, the most depended on first."""
    graph = {name: upstreams(plan, plans) - {name} for name, plan in plans.items()}
    try:
        return {name: graph[name] for name in in_order(graph)}
    except CycleError as error:
        around = " → ".join(error.args[1])
        raise UserError(f"the plans are of no platform: {around} read from each other") from error


def _reviewed(name: str, plan: Plan, rules: Rules, mask: Mask) -> Reviewed:
    found = list(resources(name, plan, f"the plan of {name}"))
    return Reviewed(
        name=name,
        changes=changes(found, rules, mask),
        unchanged=sum(each.action is Action.NO_OP for each in found),
        outputs=outputs(plan, f"the plan of {name}"),
    )
