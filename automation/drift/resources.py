"""What a refresh-only plan found to be otherwise than Terraform left it, resource by resource."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.drift.shared_collections import SHARED, SiblingResources
from automation.terraform.diff import Difference, compare

EXPECTED = Path(__file__).parent / "expected.toml"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An attribute that changes without anybody's doing."""

    type: str
    attribute: str
    reason: str
    by: str = ""
    """Only if there is a resource of this type, which tells of changes itself."""
    key: str = ""
    """The attribute of that resource which names the one that it belongs to."""
    first: bool = False
    """Only the first value: the state has none yet."""

    def explains(self, type_: str, before: Mapping[str, Any], others: SiblingResources) -> bool:
        """Whether a resource's attribute was to be expected to change."""
        if type_ != self.type or (self.first and before.get(self.attribute)):
            return False
        return not self.by or any(others.of(self.by, self.key, before.get("id")))


def load(file: Path = EXPECTED) -> tuple[Expected, ...]:
    """The reviewed list."""
    with file.open("rb") as opened:
        return tuple(Expected(**each) for each in tomllib.load(opened)["expected"])


def expect(
    type_: str, change: Mapping[str, Any], rules: Iterable[Expected], others: SiblingResources
) -> dict[str, Any]:
    """The change without what was to be expected."""
    before, after = dict(change["before"]), dict(change["after"])
    for rule in rules:
        if rule.explains(type_, before, others):
            before.pop(rule.attribute, None)
            after.pop(rule.attribute, None)
    for shared in SHARED:
        if shared.type == type_:
            for values in (before, after):
                found = shared.foreign(values.get(shared.attribute), values.get("id"), others)
                values[shared.attribute] = found
    return {**change, "before": before, "after": after}


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
    rules, others = tuple(expected), SiblingResources(plan)
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
