"""What a refresh-only plan found to be otherwise than Terraform left it, resource by resource."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automation.drift.differences import Difference, compare
from automation.drift.expected import Expected, expect
from automation.drift.shared import Others

_COPY = "tags_all"


@dataclass(frozen=True)
class Drifted:
    """A resource that was changed, or deleted, outside Terraform."""

    address: str
    type: str
    differences: tuple[Difference, ...] = ()
    """None of a resource that was deleted."""

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return not self.differences


def drifted(plan: Mapping[str, Any], expected: Iterable[Expected]) -> Iterator[Drifted]:
    """Read a plan as `terraform show -json` prints it, and leave out what was to be expected.

    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    """
    rules, others = tuple(expected), Others(plan)
    for resource in plan.get("resource_drift", ()):
        change, address = resource["change"], resource["address"]
        if change["actions"] == ["delete"]:
            yield Drifted(address, resource["type"])
        elif change["actions"] == ["update"]:
            found = tuple(_differences(expect(resource["type"], change, rules, others)))
            if found:
                yield Drifted(address, resource["type"], found)


def _differences(change: Mapping[str, Any]) -> Iterator[Difference]:
    found = compare(
        change["before"],
        change["after"],
        secret_before=change.get("before_sensitive"),
        secret_after=change.get("after_sensitive"),
    )
    attributes = {difference.attribute for difference in found}
    for difference in found:
        # The provider keeps a second copy of every tag, those from its defaults included.
        name, _, tag = difference.attribute.partition(".")
        if name != _COPY or f"tags.{tag}" not in attributes:
            yield difference
