"""Leaves out of a plan what only the emulator's known gaps would change."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from automation.emulator.gaps import Gap, judge
from automation.review.plans import Plan

_NOTHING = {"actions": ["no-op"], "after_unknown": {}}


def without(plan: Plan, gaps: Iterable[Gap]) -> Plan:
    """The plan as AWS would have it made, as far as the gaps tell; for `preview`."""
    gaps = tuple(gaps)
    found = [_mended(each, gaps) for each in plan.get("resource_changes", ())]
    return {**plan, "resource_changes": found}


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
