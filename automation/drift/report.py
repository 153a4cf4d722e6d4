"""Shows drift to people, and to machines."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape

from automation.drift.resources import Drifted
from automation.drift.result import Result, Verdict
from automation.drift.shared import by_hand

_STYLES = {Verdict.NONE: "green", Verdict.DRIFT: "red", Verdict.ERROR: "red"}
_LONGEST = 300
_BY_HAND = " (no plan undoes this: do it by hand)"


def show(result: Result, console: Console) -> None:
    """Print each resource with what changed, and a line that sums it up."""
    for line in lines(result):
        console.print(line, highlight=False, soft_wrap=True)


def lines(result: Result) -> Iterator[str]:
    """What is printed, in rich's markup."""
    for stack in result.stacks:
        for resource in result.drifted.get(stack, ()):
            yield from _resource(stack, resource)
    for stack in result.stacks:
        yield from (f"[red]{stack}[/]: {escape(str(each))}" for each in result.faults(stack))
    for verdict in Verdict:
        names = [stack for stack in result.stacks if result.verdict(stack) is verdict]
        if names:
            style = _STYLES.get(verdict, "yellow")
            yield f"{result.environment}: [{style}]{verdict}[/]: {', '.join(names)}"
    if result.gone:
        yield (
            f"{result.environment}: [yellow]not looked at, as no code makes them any more[/]: "
            f"{', '.join(result.gone)}"
        )
    if result.overall is Verdict.DRIFT:
        yield (
            f"To undo it: python -m automation deploy --env {result.environment}; "
            "to keep it: change the settings or the code, until a plan is empty"
        )


def to_json(result: Result) -> dict[str, Any]:
    """The same as values that JSON can hold; secrets are masked here, too."""
    return {
        "environment": result.environment,
        "verdict": result.overall,
        "gone": list(result.gone),
        "stacks": [
            {
                "name": stack,
                "verdict": result.verdict(stack),
                "resources": [
                    {
                        "address": each.address,
                        "type": each.type,
                        "deleted": each.deleted,
                        "changes": [asdict(change) for change in each.differences],
                    }
                    for each in result.drifted.get(stack, ())
                ],
                "problems": [each.to_json() for each in result.faults(stack)],
            }
            for stack in result.stacks
        ],
    }


def _resource(stack: str, resource: Drifted) -> Iterator[str]:
    what = "deleted" if resource.deleted else "changed"
    yield f"[bold]{stack}: {escape(resource.address)}[/] was {what} outside Terraform"
    for change in resource.differences:
        old, new = escape(_shown(change.old)), escape(_shown(change.new))
        remedy = _BY_HAND if by_hand(resource.type, change.attribute) else ""
        yield f"    {escape(change.attribute)}: {old} → {new}{remedy}"


def _shown(value: Any) -> str:
    """A value as Terraform's configuration would have it, cut where it is longer than it helps."""
    text = "null" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
