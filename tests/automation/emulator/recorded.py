"""Calls of whole deployments, one of each kind: what good requests look like, and what they need.

`recording.py` renews them.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
REQUESTS = FOLDER / "requests.jsonl"
NEEDS = FOLDER / "needs.jsonl"


@cache
def requests() -> list[Mapping[str, Any]]:
    """One request for each call of the API, with as many parameters as any has."""
    return list(read(REQUESTS))


@cache
def needs(role: str) -> list[Mapping[str, Any]]:
    """What a role needed: each action on each kind of resource, with its condition keys."""
    return [each["need"] for each in read(NEEDS) if each["role"] == role]


def read(path: Path) -> Iterator[Mapping[str, Any]]:
    """The entries of a file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
