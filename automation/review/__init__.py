"""The review: changes of all stacks, their risks, their approvals, and the verdict.

An approval of a blocking change has a reason and an expiry date: `approvals.toml`.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from graphlib import CycleError
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.cost import NO_COST, CostDifference, Prices, differences
from automation.cost import load as load_prices
from automation.errors import UserError
from automation.review.changes import (
    BlastRadius,
    Caveat,
    Change,
    Drift,
    caveats,
    drifts,
    secrets_of,
)
from automation.review.changes import changes as changes_of
from automation.review.rules import ORDER, Risk, Rules
from automation.terraform.configuration import Configuration
from automation.terraform.drift import Piece, pieces_of
from automation.terraform.masking import Mask
from automation.terraform.plan import Action, Plan, outputs, resources
from automation.terraform.stacks import Graph, in_order

APPROVALS = Path("approvals.toml")
# A change, by its stack and its address.
Key = tuple[str, str]
_KEYS = {"address", "environment", "stack", "until", "reason"}
_EXAMPLE = (
    'address = "aws_db_instance.…", until = 2030-01-31, reason = "…", and environment = "…" or '
    'stack = "…" if it is of one only'
)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A reviewed entry: a blocking change of this resource may pass, up to and with a day."""

    address: str
    until: date
    reason: str
    environment: str = ""
    stack: str = ""

    def covers(self, change: Key) -> bool:
        """Whether it is about this change of its environment; without a stack, of any."""
        stack, address = change
        return address == self.address and self.stack in ("", stack)

    def __str__(self) -> str:
        where = " in ".join(each for each in (self.stack, self.environment) if each)
        return f"{where}: {self.address}" if where else self.address


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Which approvals count for which of the changes."""

    used: Mapping[Key, Approval]
    expired: tuple[Approval, ...]
    unused: tuple[Approval, ...]

    def of(self, change: Key) -> Approval | None:
        """The approval of a change."""
        return self.used.get(change)


def load(file: Path) -> tuple[Approval, ...]:
    """The entries of a file; raises `UserError` that names the faulty one."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error
    entries = content.pop("approval", [])
    if content or not isinstance(entries, list):
        raise UserError(f"{file}: only [[approval]] is known: {_EXAMPLE}")
    return tuple(_parse(each, f"{file}: approval {n}") for n, each in enumerate(entries, start=1))


def settle(
    blocking: Collection[Key],
    approvals: Sequence[Approval],
    *,
    today: date,
    environment: str = "",
    reviewed: Collection[str] = (),
    missing: Collection[str] = (),
) -> Ledger:
    """Find the approval of each blocking change, and those that no plan needs any more.

    Of another environment, or of stacks without a plan, nobody can tell.
    """
    approvals = [each for each in approvals if each.environment in ("", environment)]
    valid = [each for each in approvals if each.until >= today]
    used = {
        change: approval
        for change in blocking
        for approval in reversed(valid)
        if approval.covers(change)
    }
    needed = {id(each) for each in valid if any(map(each.covers, blocking))}
    return Ledger(
        used=used,
        expired=tuple(each for each in approvals if each.until < today),
        unused=tuple(
            each
            for each in valid
            if id(each) not in needed and (each.stack in reviewed if each.stack else not missing)
        ),
    )


def _parse(entry: Any, place: str) -> Approval:
    if not isinstance(entry, dict) or not {"address", "until", "reason"} <= entry.keys() <= _KEYS:
        raise UserError(f"{place} needs exactly: {_EXAMPLE}")
    until = entry["until"]
    if not isinstance(until, date) or isinstance(until, datetime):
        raise UserError(f"{place}: until = {until!r} is no date: write until = 2030-01-31")
    for name in ("address", "reason", "environment", "stack"):
        value = entry.get(name, "-")
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"{place}: {name} = {value!r} is no text: {_EXAMPLE}")
    return Approval(**entry)


def today() -> date:
    """The day by which approvals expire, the same all over the world."""
    return datetime.now(UTC).date()


def approved(file: Path | None) -> tuple[Approval, ...]:
    """The approvals of a file, or of the project's if there is one; raises `UserError`."""
    default = PROJECT / APPROVALS
    if file is None:
        return load(default) if default.is_file() else ()
    return load(file)


class Verdict(StrEnum):
    """Whether the changes may pass."""

    CLEAR = "clear"
    APPROVED = "approved"
    """Each blocking change is."""
    BLOCKED = "blocked"


@dataclass(frozen=True, kw_only=True)
class Output:
    """An output that changes."""

    name: str
    stays: bool
    """Whether there is such an output afterwards."""
    readers: Mapping[str, tuple[str, ...]]
    """The addresses of the resources that read it, by their stacks."""


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """A stack, what happens in it and how many resources stay as they are."""

    name: str
    changes: tuple[Change, ...]
    unchanged: int
    outputs: tuple[Output, ...]
    """Those that change; cross-stack ones are what other stacks read."""
    drifted: tuple[Drift, ...] = ()
    """What was changed outside Terraform."""
    caveats: tuple[Caveat, ...] = ()
    """Why its plan is not all that there is to know. Each asks for care, and none blocks: what a
    plan leaves out is not applied, and a check that fails keeps Terraform from nothing."""
    cost: CostDifference = NO_COST
    """What its changes make of a month, of resources that only follow them, too."""

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many resources there are of each action."""
        counted = Counter(change.action for change in self.changes)
        return {action: counted[action] for action in Action} | {Action.NO_OP: self.unchanged}

    @property
    def risk(self) -> Risk | None:
        """The worst of its changes and caveats; none without either."""
        found = [change.risk for change in self.changes] + [Risk.CAREFUL for _ in self.caveats]
        return min(found, key=ORDER.index, default=None)


@dataclass(frozen=True, kw_only=True)
class Review:
    """All that the plans of an environment would do."""

    title: str
    stacks: tuple[Reviewed, ...]
    graph: Graph
    missing: tuple[str, ...]
    """Stacks without a plan: often one upstream has to be applied first."""
    ledger: Ledger
    prices: Prices
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

    @property
    def drifted(self) -> tuple[Drift, ...]:
        """What was changed outside Terraform, in all stacks."""
        return tuple(each for stack in self.stacks for each in stack.drifted)

    @property
    def cost(self) -> CostDifference:
        """What all changes make of a month."""
        return sum((stack.cost for stack in self.stacks), NO_COST)

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
    environment: str = "",
    approvals: Sequence[Approval] = (),
    today: date = date.max,
    expected: Sequence[str] = (),
    remarks: Sequence[str] = (),
) -> Review:
    """Review plans by stack; `expected` are the stacks that there should be plans of.

    `today` is the day by which approvals expire.

    Raises `UserError` for a plan that is malformed or newer than what is known here.
    """
    configurations = {name: Configuration(plan, plans) for name, plan in plans.items()}
    graph = _graph(configurations)
    readers = _readers(configurations)
    prices, elsewhere = load_prices(), pieces_of(plans.values())
    judge = Judge(rules=rules, mask=mask, readers=readers, elsewhere=elsewhere, prices=prices)
    found = [judge.review(name, plans[name]) for name in graph]
    radius = BlastRadius(configurations, (each for stack in found for each in stack.changes))
    stacks = tuple(
        replace(stack, changes=tuple(map(radius.around, stack.changes))) for stack in found
    )
    every = (change for stack in stacks for change in stack.changes)
    blocking = [each.key for each in every if each.risk is Risk.BLOCKING]
    missing = tuple(name for name in expected if name not in plans)
    return Review(
        title=title,
        stacks=stacks,
        graph=graph,
        missing=missing,
        ledger=settle(
            blocking,
            approvals,
            today=today,
            environment=environment,
            reviewed=plans,
            missing=missing,
        ),
        prices=prices,
        remarks=tuple(remarks),
    )


def _graph(configurations: Mapping[str, Configuration]) -> Graph:
    """Which stack reads from which, the most depended on first."""
    graph = {name: each.upstreams - {name} for name, each in configurations.items()}
    try:
        return {name: graph[name] for name in in_order(graph)}
    except CycleError as error:
        around = " → ".join(error.args[1])
        raise UserError(f"the plans are of no platform: {around} read from each other") from error


# The resources that read an output such as "network/vpc_id", by stack.
_Readers = Mapping[str, Mapping[str, tuple[str, ...]]]


def _readers(configurations: Mapping[str, Configuration]) -> _Readers:
    found: dict[str, dict[str, dict[str, None]]] = {}
    for stack, configuration in configurations.items():
        for address, uses in configuration.uses.items():
            for used in (each for names in uses.values() for each in names if "/" in each):
                found.setdefault(used, {}).setdefault(stack, {})[address] = None
    return {
        output: {stack: tuple(addresses) for stack, addresses in by_stack.items()}
        for output, by_stack in found.items()
    }


@dataclass(frozen=True, kw_only=True)
class Judge:
    """By what each plan is judged: rules, and what has to be known of all the others."""

    rules: Rules
    mask: Mask
    readers: _Readers
    elsewhere: Sequence[Piece]
    """What other stacks have that adds to a resource, which is no drift."""
    prices: Prices

    def review(self, name: str, plan: Plan) -> Reviewed:
        """What happens in a stack; raises `UserError`."""
        source = f"the plan of {name}"
        found = resources(name, plan, source)
        # A secret of one resource may be plain in another, as Terraform does not follow them all.
        mask = self.mask.of(secrets_of(found))
        drifted = drifts(name, plan, source, mask, self.elsewhere)
        costs = differences(found, self.prices)
        changes = changes_of(found, self.rules, mask, drifted)
        return Reviewed(
            name=name,
            changes=tuple(replace(each, cost=costs.get(each.address, NO_COST)) for each in changes),
            cost=sum(costs.values(), NO_COST),
            unchanged=sum(each.action is Action.NO_OP for each in found),
            outputs=tuple(
                Output(name=output, stays=stays, readers=self.readers.get(f"{name}/{output}", {}))
                for output, stays in outputs(plan, source).items()
            ),
            drifted=drifted,
            caveats=tuple(
                Caveat(kind=each.kind, what=mask(each.what)) for each in caveats(plan, source)
            ),
        )
