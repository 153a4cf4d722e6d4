"""Calls of whole rehearsals, one of each kind: what good requests look like, and what they need.

`python -m tests.automation.emulator.recorded CALLS...` renews the files from what emulators wrote
down (`.terrace/rehearsal/<environment>/emulator/calls.jsonl`).
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"
REQUESTS = FOLDER / "requests.jsonl"
NEEDS = FOLDER / "needs.jsonl"


@cache
def requests() -> list[Mapping[str, Any]]:
    """One request for each call of the API, with as many parameters as any has."""
    return list(_read(REQUESTS))


@cache
def needs(role: str) -> list[Mapping[str, Any]]:
    """What a role needed: each action on each kind of resource, with its condition keys."""
    return [each["need"] for each in _read(NEEDS) if each["role"] == role]


def renew(files: Iterable[Path]) -> None:
    """Write both files anew."""
    entries = [entry for file in files for entry in _read(file)]
    fullest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for entry in entries:
        key = entry["service"], entry["name"]
        size = len(json.dumps(entry["parameters"]))
        accepted = entry["status"] < 400 and "needs" in entry
        if accepted and size > len(json.dumps(fullest.get(key, {}).get("parameters"))):
            fullest[key] = entry
    names = ("service", "name", "region", "parameters")
    _write(REQUESTS, ({name: each[name] for name in names} for _, each in sorted(fullest.items())))
    _write(NEEDS, _distinct(entries))


def _distinct(entries: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    seen = set()
    for entry in entries:
        role = entry["principal"].rpartition("-")[2]
        for need in entry.get("needs", ()):
            key = role, need["action"], _form(need["resource"])
            if key not in seen:
                seen.add(key)
                yield {"role": role, "need": need}


def _form(arn: str) -> str:
    """What kind of resource of whose it is: without ids and the rest of a name."""
    start, _, name = arn.rpartition(":")
    return f"{start}:{name.split('/')[0][:24]}"


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _write(path: Path, entries: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(each) + "\n" for each in entries), encoding="utf-8")


if __name__ == "__main__":
    renew(map(Path, sys.argv[1:]))
