"""Versions and the ranges that Terraform writes about them."""

import operator
import re

Version = tuple[int, int, int]

_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


def parse(text: str) -> Version | None:
    """The version that a text starts with, such as 1.11.4; None where there is none."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        return None
    major, minor, patch = found.groups(default="0")
    return int(major), int(minor), int(patch)


def within(version: Version, constraint: str) -> bool:
    """Whether a version lies in a range such as ">= 5.100.0, < 7.0.0"."""
    return all(_meets(version, part.strip()) for part in constraint.split(","))


def _meets(version: Version, part: str) -> bool:
    found = re.fullmatch(r"(>=|<=|!=|>|<|=)?\s*(\S+)", part)
    bound = parse(found[2]) if found else None
    if found is None or bound is None:
        raise ValueError(f'"{part}" is no version constraint that is used here')
    return bool(_COMPARISONS[found[1] or "="](version, bound))
