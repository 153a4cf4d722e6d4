"""Tells people and machines about the stack."""

from dataclasses import asdict
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.bootstrap.bootstrap import Outcome
from automation.bootstrap.status import Rest, rest_of
from config import Settings

_REMEDIES = {
    Rest.ABSENT: "there is no stack: run bootstrap",
    Rest.BUSY: "somebody is changing it: run bootstrap, which waits for that",
    Rest.STUCK: "an update could not be rolled back: run bootstrap, which tries again",
    Rest.USELESS: "its creation or deletion failed: run bootstrap, which makes it anew",
}


def fine(outcome: Outcome) -> bool:
    """Whether all is as the user wanted it."""
    if outcome.action == "status":
        return _rest(outcome) is Rest.USABLE
    return outcome.action != "declined"


def to_json(settings: Settings, outcome: Outcome) -> dict[str, Any]:
    """The same for machines."""
    state = outcome.state
    return {
        "environment": settings.environment,
        "stack": settings.naming.name("bootstrap"),
        "action": outcome.action,
        "ok": fine(outcome),
        "status": state.status if state else None,
        "termination_protection": state.protected if state else False,
        "parameters": dict(state.parameters) if state else {},
        "outputs": dict(state.outputs) if state else {},
        "changes": [asdict(change) for change in outcome.changes],
    }


def show(settings: Settings, outcome: Outcome, console: Console) -> None:
    """Print what the stack is like, and a line that sums it up."""
    if outcome.state is not None and outcome.action != "declined":
        console.print(_table(outcome, plain=not console.is_terminal))
    line = f"{settings.naming.name('bootstrap')}: {_summary(settings, outcome)}"
    console.print(escape(line), highlight=False, soft_wrap=True)


def _table(outcome: Outcome, *, plain: bool) -> Table:
    state = outcome.state
    assert state is not None  # noqa: S101
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("status", state.status)
    table.add_row("termination protection", "on" if state.protected else "off")
    for key, value in {**state.parameters, **state.outputs}.items():
        table.add_row(escape(key), escape(value))
    return table


def _summary(settings: Settings, outcome: Outcome) -> str:
    if outcome.action == "status":
        return _REMEDIES.get(_rest(outcome), "ready")
    if outcome.action == "deleted":
        bucket = settings.naming.bucket("tfstate")
        return f"deleted; the bucket {bucket}, its log bucket and its key are retained"
    return {
        "absent": "there is none, so there is nothing to delete",
        "declined": "declined, nothing changed",
        "imported": "created around the bucket that was there; verify says whether it is intact",
        "unchanged": "up to date, nothing to change",
    }.get(outcome.action, outcome.action)


def _rest(outcome: Outcome) -> Rest:
    return rest_of(outcome.state.status if outcome.state else None)
