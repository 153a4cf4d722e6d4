"""Tells the emulator's known gaps from real changes in a second plan.

A plan right after an apply shows no change, unless the emulator forgets an attribute. What it
forgets is listed in `gaps.toml`; anything else is a defect of ours.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from automation.terraform.plan import Plan

GAPS = Path(__file__).parent / "gaps.toml"
# The place of a resource that is created, deleted or replaced as a whole: no gap explains that.
WHOLE = ""


@dataclass(frozen=True, order=True)
class Gap:
    """An attribute that the emulator forgets; its path has neither list indexes nor set hashes."""

    type: str
    attribute: str
    reason: str

    def explains(self, change: "AttributeChange") -> bool:
        """Whether the change is to this attribute, or to something inside it."""
        inside = change.attribute == self.attribute or change.attribute.startswith(
            self.attribute + "."
        )
        return change.type == self.type and change.attribute != WHOLE and inside


@dataclass(frozen=True, order=True)
class AttributeChange:
    """One attribute that a plan would change; outputs have the type "output"."""

    address: str
    type: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.address}: {self.attribute or 'the whole of it'}"


@dataclass(frozen=True)
class GapVerdict:
    """A plan's changes, sorted by whether gaps explain them."""

    explained: tuple[AttributeChange, ...]
    unexplained: tuple[AttributeChange, ...]
    used: frozenset[Gap]


def load(file: Path = GAPS) -> tuple[Gap, ...]:
    """The reviewed list."""
    with file.open("rb") as opened:
        return tuple(Gap(**each) for each in tomllib.load(opened).get("gap", ()))


def judge(plan: Mapping[str, Any], gaps: Iterable[Gap]) -> GapVerdict:
    """Judge a plan as `terraform show -json` prints it."""
    gaps = tuple(gaps)
    explained: list[AttributeChange] = []
    unexplained: list[AttributeChange] = []
    used: set[Gap] = set()
    for change in changes(plan):
        reasons = {gap for gap in gaps if gap.explains(change)}
        used |= reasons
        (explained if reasons else unexplained).append(change)
    return GapVerdict(tuple(explained), tuple(unexplained), frozenset(used))


def unused(gaps: Iterable[Gap], verdicts: Iterable[GapVerdict]) -> tuple[Gap, ...]:
    """The gaps that explained nothing in any plan: moto was mended, or they never were any."""
    used = {gap for verdict in verdicts for gap in verdict.used}
    return tuple(sorted(set(gaps) - used))


def changes(plan: Mapping[str, Any]) -> Iterator[AttributeChange]:
    """Every attribute that a plan would change, in the plan's order.

    https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """
    for resource in plan.get("resource_changes", ()):
        for attribute in _attributes(resource["change"]):
            yield AttributeChange(resource["address"], resource["type"], attribute)
    for name, output in plan.get("output_changes", {}).items():
        if output["actions"] != ["no-op"]:
            yield AttributeChange(f"output.{name}", "output", name)


def _attributes(change: Mapping[str, Any]) -> Iterable[str]:
    if change["actions"] in (["no-op"], ["read"]):
        return ()
    if change["actions"] != ["update"]:
        return (WHOLE,)
    paths = _different(change.get("before"), change.get("after"), change.get("after_unknown"))
    # A list of blocks yields the same path once for each of them.
    return dict.fromkeys(".".join(path) for path in paths)


def _different(before: Any, after: Any, unknown: Any) -> Iterator[tuple[str, ...]]:
    """The paths below which two values differ, or the new one is only known after apply."""
    if unknown is True:
        yield ()
    elif isinstance(before, dict) and isinstance(after, dict):
        unknowns = unknown if isinstance(unknown, dict) else {}
        for name in sorted({*before, *after, *unknowns}):
            inner = _different(before.get(name), after.get(name), unknowns.get(name))
            yield from ((name, *path) for path in inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        items = unknown if isinstance(unknown, list) else []
        for old, new, each in zip_longest(before, after, items[: len(after)]):
            yield from _different(old, new, each)
    elif before != after or _any_unknown(unknown):
        yield ()


def _any_unknown(unknown: Any) -> bool:
    if isinstance(unknown, dict):
        return any(map(_any_unknown, unknown.values()))
    if isinstance(unknown, list):
        return any(map(_any_unknown, unknown))
    return unknown is True


_NOTHING = {"actions": ["no-op"], "after_unknown": {}}


def without_gaps(plan: Plan, gaps: Iterable[Gap]) -> Plan:
    """The plan as AWS would have it made, as far as the gaps tell; for `preview`."""
    gaps = tuple(gaps)
    found = [_mended(each, gaps) for each in plan.get("resource_changes", ())]
    # Nobody but the emulator changes anything in its account.
    kept = {name: each for name, each in plan.items() if name != "resource_drift"}
    return {**kept, "resource_changes": found}


def _mended(resource: Mapping[str, Any], gaps: Sequence[Gap]) -> Mapping[str, Any]:
    verdict = judge({"resource_changes": [resource]}, gaps)
    change = resource["change"]
    if not verdict.explained:
        return resource
    if not verdict.unexplained:
        return {**resource, "change": {**change, **_NOTHING, "after": change["before"]}}
    after, unknown = change["after"], change.get("after_unknown")
    for each in verdict.explained:
        path = each.attribute.split(".")
        after, unknown = _restored(change["before"], after, unknown, path)
    return {**resource, "change": {**change, "after": after, "after_unknown": unknown}}


def _restored(before: Any, after: Any, unknown: Any, path: Sequence[str]) -> tuple[Any, Any]:
    """The value then, and its marks, with what is at the path as it is now."""
    if not path:
        return before, None
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        marks = [*(unknown if isinstance(unknown, list) else ()), *[None] * len(after)]
        pairs = [
            _restored(old, new, mark, path)
            for old, new, mark in zip(before, after, marks, strict=False)
        ]
        return [value for value, _ in pairs], [mark for _, mark in pairs]
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after, unknown
    marked = unknown if isinstance(unknown, dict) else {}
    name, *rest = path
    value, mark = _restored(before.get(name), after.get(name), marked.get(name), rest)
    return {**after, name: value}, {**marked, name: mark}
