"""The words of a review that every form shares, and its JSON."""

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from automation.cost import CostDifference, cents
from automation.review import Approval, Output, Review, Reviewed, Verdict
from automation.review.changes import Attribute, Change, Drift
from automation.review.rules import Risk
from automation.terraform.plan import Action

SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DESTROY: "-",
    Action.MOVE: "→",
    Action.IMPORT: "←",
    Action.FORGET: ".",
    Action.INVOKE: "!",
}
NOTHING = "(none)"
# So many stand for all of what is only named.
_NAMED = 3


@dataclass(frozen=True)
class Group:
    """Changes of which the same is to be told: all is one but the address."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The one that speaks for all."""
        return self.changes[0]

    @property
    def others(self) -> tuple[Change, ...]:
        """All but the first."""
        return self.changes[1:]


def grouped(review: Review, changes: Iterable[Change]) -> list[Group]:
    """The changes in their order, updates that differ in nothing but the address together."""
    found: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        key: tuple[object, ...] = change.key
        if change.action is Action.UPDATE and not change.moved_from:
            # Values may be lists, which are no keys.
            approval = review.ledger.of(change.key)
            told = (change.risk, change.reasons, change.hint, change.because, change.affects)
            key = (told, change.cost, approval, repr(change.attributes))
        found.setdefault(key, []).append(change)
    return [Group(tuple(group)) for group in found.values()]


def headline(review: Review) -> str:
    """The verdict in a line."""
    if review.verdict is Verdict.BLOCKED:
        number = len(review.blocking)
        what = "a blocking change needs" if number == 1 else f"{number} blocking changes need"
        return f"Blocked: {what} an entry in approvals.toml"
    if not review.changes:
        return "No changes"
    return (
        "Nothing blocks it" if review.verdict is Verdict.CLEAR else "All blocking changes approved"
    )


def counts(review: Review) -> str:
    """How many changes of each action and of each risk, in words; empty without any."""
    actions = [f"{number} to {action}" for action in SIGNS if (number := review.count(action))]
    risks = [f"{number} {risk}" for risk in Risk if (number := review.count(risk))]
    return "; ".join(", ".join(part) for part in (actions, risks) if part)


def totals(review: Review) -> str:
    """The same, and how many resources stay as they are."""
    unchanged = f"{review.count(Action.NO_OP)} unchanged"
    return "; ".join(part for part in (counts(review), unchanged) if part)


def notes(review: Review) -> Iterator[str]:
    """What else has to be known: what plans say beside changes, approvals that do not count."""
    yield from review.remarks
    if review.missing:
        yield f"Not reviewed, as there is no plan of them: {', '.join(review.missing)}"
    yield from beside(review)
    if review.cost:
        yield cost(review)
    if review.drifted:
        yield drift(review)
    for each in review.ledger.expired:
        yield f"The approval of {each} has expired on {each.until}: remove or renew it"
    for each in review.ledger.unused:
        yield f"The approval of {each} is of no use, as no plan needs it any more: remove it"


def beside(review: Review) -> Iterator[str]:
    """What plans say beside their changes: caveats, and outputs that others read."""
    for stack in review.stacks:
        yield from (f"{stack.name}: {Risk.CAREFUL}: {each.what}" for each in stack.caveats)
        yield from _of_outputs(stack)


def cost(review: Review) -> str:
    """What the changes make of a month, in words."""
    costs = {stack.name: stack.cost for stack in review.stacks if stack.cost}
    first, last = review.prices.dates
    by_stack = "; ".join(f"{name} {found}" for name, found in costs.items())
    known = f"Cost: {review.cost}" if len(costs) == 1 else f"Cost: {_known(review)}: {by_stack}"
    return (
        f"{known}, at prices of {review.prices.region} from {first} to {last}, "
        "if as much is used as before"
    )


def month(cost: CostDifference) -> str:
    """The same where there is little room: what is not known of it is a question mark."""
    known = f"{cents(cost.dollars):+,}" if cents(cost.dollars) else ""
    return f"{known} ?".strip() if cost.unpriced else known


def _known(review: Review) -> str:
    """Of several stacks, without what has no price, which is told of each of them."""
    found = f"{cents(review.cost.dollars):+,} dollars a month"
    return f"{found}, and what has no price" if review.cost.unpriced else found


def _of_outputs(stack: Reviewed) -> Iterator[str]:
    """Outputs that change, where that matters to others or is all that happens."""
    if stack.outputs and not stack.changes:
        names = ", ".join(each.name for each in stack.outputs)
        yield f"{stack.name}: only outputs change: {names}"
    for stays, one, many in ((True, "changes", "change"), (False, "goes away", "go away")):
        read = [each for each in stack.outputs if each.readers and each.stays is stays]
        if len(read) == 1:
            yield f"{stack.name}: the output {read[0].name} {one}, which {_readers(read[0])} read"
        elif read:
            stacks = ", ".join(dict.fromkeys(name for each in read for name in each.readers))
            names = _some([each.name for each in read], len(read))
            yield f"{stack.name}: {len(read)} outputs {many}, which {stacks} read: {names}"


def _readers(output: Output) -> str:
    """The resources that read an output; of many some stand for all."""
    found = [f"{stack}: {each}" for stack, names in output.readers.items() for each in names]
    return _some(found, len(found))


def drift(review: Review) -> str:
    """How many resources were changed outside Terraform, in words; empty of none."""
    number = len(review.drifted)
    what = "1 resource was" if number == 1 else f"{number} resources were"
    return f"{what} changed outside Terraform since the last apply" if number else ""


def drifted(found: Drift) -> str:
    """What became of a resource outside Terraform."""
    names = ", ".join(each.name for each in found.attributes)
    return f"{found.stack}: {found.address}: {names or 'it is gone'}"


def also(changes: Sequence[Change], most: int) -> str:
    """The resources of which the same is to be told; of too many some stand for all."""
    named = ", ".join(f"{each.stack}: {each.address}" for each in changes[:most])
    left = len(changes) - most
    return f"the same of {named}" + (f" and {left} more" if left > 0 else "")


def marks(attribute: Attribute) -> list[str]:
    """What is to be known of an attribute beside its values."""
    found = {
        "forces replacement": attribute.forces_replacement,
        "undoes what was changed outside Terraform": attribute.undoes_drift,
    }
    return [words for words, holds in found.items() if holds]


def reason(change: Change) -> str:
    """Why it is as risky as it is."""
    return "; ".join(change.reasons)


def more(change: Change) -> list[str]:
    """What else is to be known of it: where it came from, why, and what depends on it."""
    number = change.affected
    depend = "1 resource depends" if number == 1 else f"{number} resources depend"
    found = {
        f"moved from {change.moved_from}": change.moved_from,
        f"imported as {change.imported_id}": change.imported_id,
        change.hint: change.hint,
        f"downtime: {change.downtime}": change.downtime,
        f"cost: {change.cost}": change.cost,
        f"it is replaced because of {' → '.join(change.because)}": change.because,
        f"{depend} on it: {_some(change.affects, number)}": change.affects,
    }
    return [words for words, holds in found.items() if holds]


def _some(names: Sequence[str], number: int) -> str:
    """The first of so many."""
    left = number - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {left} more" if left > 0 else "")


def approved(approval: Approval) -> str:
    """By what a blocking change may pass."""
    return f"approved until {approval.until}: {approval.reason}"


def text(value: Any) -> str:
    """A value as people read it; a text as it is."""
    if value is None:
        return NOTHING
    return (
        value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    )


def lines(attribute: Attribute) -> list[str] | None:
    """What differs between two texts of several lines; None of anything else."""
    old, new = attribute.old, attribute.new
    if not isinstance(old, str) or not isinstance(new, str) or "\n" not in old + new:
        return None
    found = difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm="")
    # The first two lines name files.
    return list(found)[2:] or None


def to_json(review: Review) -> dict[str, Any]:
    """For machines; secrets are masked here, too."""
    ledger = review.ledger
    return {
        "title": review.title,
        "verdict": review.verdict,
        "actions": {action: review.count(action) for action in Action},
        "risks": {risk: review.count(risk) for risk in Risk},
        "stacks": [_stack(review, each) for each in review.stacks],
        "missing": list(review.missing),
        "cost": review.cost.to_json(),
        "approvals": {
            "used": [_approval(each) for each in dict.fromkeys(ledger.used.values())],
            "expired": list(map(_approval, ledger.expired)),
            "unused": list(map(_approval, ledger.unused)),
        },
        "notes": list(notes(review)),
    }


def changes(review: Review, stack: str) -> list[dict[str, Any]]:
    """The changes of one stack."""
    return [_change(review, each) for each in review.changes if each.stack == stack]


def _stack(review: Review, stack: Reviewed) -> dict[str, Any]:
    return {
        "name": stack.name,
        "depends_on": sorted(review.graph[stack.name]),
        "risk": stack.risk,
        "cost": stack.cost.to_json(),
        "actions": dict(stack.counts),
        "outputs": [asdict(each) for each in stack.outputs],
        "caveats": [asdict(each) for each in stack.caveats],
        "drift": [asdict(each) for each in stack.drifted],
        "changes": changes(review, stack.name),
    }


def _change(review: Review, change: Change) -> dict[str, Any]:
    approval = review.ledger.of(change.key)
    # Not `asdict`, which would copy every value.
    attributes = [vars(each) for each in change.attributes]
    told = _approval(approval) if approval else None
    cost = change.cost.to_json()
    return {**vars(change), "attributes": attributes, "approval": told, "cost": cost}


def _approval(approval: Approval) -> dict[str, Any]:
    return {**asdict(approval), "until": approval.until.isoformat()}
