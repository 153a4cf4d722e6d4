"""The result of a search for changes that Terraform did not make, for people and for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.markup import escape

from automation.terraform.diagnostics import Fault, faults
from automation.terraform.drift import Drifted, manual_only
from automation.terraform.pool import Outcome, StackRun


class DriftStatus(StrEnum):
    """What became of a stack since it was applied last."""

    NONE = "no drift"
    DRIFT = "drift"
    ERROR = "error"
    NEVER = "never applied"


@dataclass
class DriftResult:
    """An environment's chosen stacks, and what of theirs is otherwise than Terraform left it."""

    environment: str
    stacks: Sequence[str]
    stack_runs: Mapping[str, StackRun] = field(default_factory=dict)
    drifted: dict[str, list[Drifted]] = field(default_factory=dict)
    gone: Sequence[str] = ()
    """Stacks that are no longer synthesized, but have resources: nobody looked at them."""

    def verdict(self, stack: str) -> DriftStatus:
        """What became of a stack."""
        if stack not in self.stack_runs:
            return DriftStatus.NEVER
        if self.stack_runs[stack].outcome is not Outcome.DONE:
            return DriftStatus.ERROR
        return DriftStatus.DRIFT if self.drifted.get(stack) else DriftStatus.NONE

    @property
    def overall(self) -> DriftStatus:
        """An error outweighs drift: what a stack that failed has become is not known."""
        verdicts = {self.verdict(stack) for stack in self.stacks}
        for each in (DriftStatus.ERROR, DriftStatus.DRIFT):
            if each in verdicts:
                return each
        return DriftStatus.NONE

    def faults(self, stack: str) -> Sequence[Fault]:
        """Why it is not known what became of a stack."""
        return faults(self.stack_runs[stack].problems) if stack in self.stack_runs else ()


_STYLES = {DriftStatus.NONE: "green", DriftStatus.DRIFT: "red", DriftStatus.ERROR: "red"}
_LONGEST = 300
_BY_HAND = " (no plan undoes this: do it by hand)"


def show(result: DriftResult, console: Console) -> None:
    """Print each resource with what changed, and a line that sums it up."""
    for line in lines(result):
        console.print(line, highlight=False, soft_wrap=True)


def lines(result: DriftResult) -> Iterator[str]:
    """What is printed, in rich's markup."""
    for stack in result.stacks:
        for resource in result.drifted.get(stack, ()):
            yield from _resource(stack, resource)
    for stack in result.stacks:
        yield from (f"[red]{stack}[/]: {escape(str(each))}" for each in result.faults(stack))
    for verdict in DriftStatus:
        names = [stack for stack in result.stacks if result.verdict(stack) is verdict]
        if names:
            style = _STYLES.get(verdict, "yellow")
            yield f"{result.environment}: [{style}]{verdict}[/]: {', '.join(names)}"
    if result.gone:
        yield (
            f"{result.environment}: [yellow]not looked at, as no code makes them any more[/]: "
            f"{', '.join(result.gone)}"
        )
    if result.overall is DriftStatus.DRIFT:
        yield (
            f"To undo it: python -m automation deploy --env {result.environment}; "
            "to keep it: change the settings or the code, until a plan is empty"
        )


def to_json(result: DriftResult) -> dict[str, Any]:
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
        remedy = _BY_HAND if manual_only(resource.type, change.attribute) else ""
        yield f"    {escape(change.attribute)}: {old} → {new}{remedy}"


def _shown(value: Any) -> str:
    """A value as Terraform's configuration would have it, cut where it is longer than it helps."""
    text = "null" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text)} characters)"
