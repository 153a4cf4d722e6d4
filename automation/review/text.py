"""The words of a review that every form shares, and its JSON."""

import difflib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from automation.review import Approval, Review, Reviewed, Verdict
from automation.review.changes import Attribute, Change
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
}
NOTHING = "(none)"


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
    """What else has to be known: plans that are missing, approvals that do not count."""
    yield from review.remarks
    if review.missing:
        yield f"Not reviewed, as there is no plan of them: {', '.join(review.missing)}"
    for stack in review.stacks:
        if stack.outputs and not stack.changes:
            yield f"{stack.name}: only outputs change: {', '.join(stack.outputs)}"
    for each in review.ledger.expired:
        yield f"The approval of {each} has expired on {each.until}: remove or renew it"
    for each in review.ledger.unused:
        yield f"The approval of {each} is of no use: nothing about it is blocking"


def reason(change: Change) -> str:
    """Why it is as risky as it is."""
    return "; ".join(change.reasons)


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
        "actions": dict(stack.counts),
        "outputs": list(stack.outputs),
        "changes": changes(review, stack.name),
    }


def _change(review: Review, change: Change) -> dict[str, Any]:
    approval = review.ledger.of(change.key)
    return {**asdict(change), "approval": _approval(approval) if approval else None}


def _approval(approval: Approval) -> dict[str, Any]:
    return {**asdict(approval), "until": approval.until.isoformat()}
