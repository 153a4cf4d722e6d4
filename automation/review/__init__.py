"""The review: changes of all stacks, their risks, their approvals, and the verdict.

An approval of a blocking change has a reason and an expiry date: `approvals.toml`.
"""

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from graphlib import CycleError
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.errors import UserError
from automation.review.changes import Change
from automation.review.changes import changes as changes_of
from automation.review.rules import ORDER, Risk, Rules
from automation.terraform.masking import Mask
from automation.terraform.plan import Action, Plan, outputs, resources, upstreams
from automation.terraform.stacks import Graph, in_order

APPROVALS = Path("approvals.toml")
# A change, by its stack and its address.
Key = tuple[str, str]
_KEYS = {"address", "stack", "until", "reason"}
_EXAMPLE = (
    'address = "aws_db_instance.…", until = 2030-01-31, reason = "…", stack = "…" if it helps'
)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A reviewed entry: a blocking change of this resource may pass, up to and with a day."""

    address: str
    until: date
    reason: str
    stack: str = ""

    def covers(self, change: Key) -> bool:
        """Whether it is about this change; without a stack, the address in any stack."""
        stack, address = change
        return address == self.address and self.stack in ("", stack)

    def __str__(self) -> str:
        return f"{self.stack}: {self.address}" if self.stack else self.address


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


def settle(blocking: Collection[Key], approvals: Sequence[Approval], *, today: date) -> Ledger:
    """Find the approval of each blocking change."""
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
        unused=tuple(each for each in valid if id(each) not in needed),
    )


def _parse(entry: Any, place: str) -> Approval:
    if not isinstance(entry, dict) or not {"address", "until", "reason"} <= entry.keys() <= _KEYS:
        raise UserError(f"{place} needs exactly: {_EXAMPLE}")
    until = entry["until"]
    if not isinstance(until, date) or isinstance(until, datetime):
        raise UserError(f"{place}: until = {until!r} is no date: write until = 2030-01-31")
    for name in ("address", "reason", "stack"):
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
        changes=changes_of(found, rules, mask),
        unchanged=sum(each.action is Action.NO_OP for each in found),
        outputs=outputs(plan, f"the plan of {name}"),
    )
