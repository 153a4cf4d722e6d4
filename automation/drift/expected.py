"""What is otherwise than Terraform left it without anybody having changed anything.

`expected.toml` lists it, by resource type and attribute.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.drift.shared import SHARED, Others

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

    def explains(self, type_: str, before: Mapping[str, Any], others: Others) -> bool:
        """Whether a resource's attribute was to be expected to change."""
        if type_ != self.type or (self.first and before.get(self.attribute)):
            return False
        return not self.by or any(others.of(self.by, self.key, before.get("id")))


def load(file: Path = EXPECTED) -> tuple[Expected, ...]:
    """The reviewed list."""
    with file.open("rb") as opened:
        return tuple(Expected(**each) for each in tomllib.load(opened)["expected"])


def expect(
    type_: str, change: Mapping[str, Any], rules: Iterable[Expected], others: Others
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
