"""The review as values that JSON can hold."""

from dataclasses import asdict
from typing import Any

from automation.review import wording
from automation.review.approvals import Approval
from automation.review.changes import Change
from automation.review.resources import Action
from automation.review.result import Review, Reviewed
from automation.review.rules import Risk


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
        "notes": list(wording.notes(review)),
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
    approval = review.ledger.of(change)
    return {**asdict(change), "approval": _approval(approval) if approval else None}


def _approval(approval: Approval) -> dict[str, Any]:
    return {**asdict(approval), "until": approval.until.isoformat()}
