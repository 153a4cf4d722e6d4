"""Terraform's machine-readable output, line by line.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PlannedCounts:
    """How many resources a plan creates, changes and destroys; one that is replaced is two."""

    add: int
    change: int = 0
    remove: int = 0

    @property
    def changes(self) -> int:
        """All of them."""
        return self.add + self.change + self.remove


@dataclass(frozen=True)
class Intended:
    """What a plan does with one resource: create, update, replace, delete, move and so on."""

    address: str
    action: str


@dataclass(frozen=True)
class AppliedResource:
    """A resource is as planned; Terraform counts whole seconds."""

    address: str
    action: str
    seconds: float


@dataclass(frozen=True)
class Problem:
    """An error, as Terraform explains it."""

    summary: str
    detail: str = ""
    address: str = ""

    def __str__(self) -> str:
        place = f"{self.address}: " if self.address else ""
        return f"{place}{self.summary}\n{self.detail}".strip()


@dataclass(frozen=True)
class Outputs:
    """The stack's outputs that are no secret."""

    values: Mapping[str, Any] = field(default_factory=dict)


Event = PlannedCounts | Intended | AppliedResource | Problem | Outputs


def parse(line: str) -> Event | None:
    """The event that a line tells of, if it is one that matters here."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    if not isinstance(message, dict):
        return None
    reader = _READERS.get(str(message.get("type")))
    return reader(message) if reader else None


def _planned(message: dict[str, Any]) -> Event | None:
    changes = message["changes"]
    if changes["operation"] != "plan":
        return None
    return PlannedCounts(changes["add"], changes["change"], changes["remove"])


def _intended(message: dict[str, Any]) -> Event | None:
    change = message["change"]
    if change["action"] in _IDLE:
        return None
    return Intended(change["resource"]["addr"], change["action"])


def _applied(message: dict[str, Any]) -> Event | None:
    hook = message["hook"]
    if hook["action"] == "read":
        return None
    return AppliedResource(hook["resource"]["addr"], hook["action"], hook["elapsed_seconds"])


def _problem(message: dict[str, Any]) -> Event | None:
    diagnostic = message["diagnostic"]
    if diagnostic["severity"] != "error":
        return None
    return Problem(
        diagnostic["summary"], diagnostic.get("detail", ""), diagnostic.get("address", "")
    )


def _outputs(message: dict[str, Any]) -> Event | None:
    outputs = message["outputs"].items()
    return Outputs(
        {
            name: output["value"]
            for name, output in outputs
            if "value" in output and not output["sensitive"]
        }
    )


_IDLE = ("noop", "read")
_READERS = {
    "change_summary": _planned,
    "planned_change": _intended,
    "apply_complete": _applied,
    "diagnostic": _problem,
    "outputs": _outputs,
}
