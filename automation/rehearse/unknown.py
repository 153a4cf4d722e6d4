"""Tells what the provider sent that AWS's models, as they are installed here, do not know."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Unknown:
    """A member or a value of a call, which the emulated account ignored."""

    call: str
    what: str
    count: int

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        return (
            f"not rehearsed: {self.call} has {self.what}{times}, which the models of AWS here do "
            "not know: only AWS can tell"
        )

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def unknown(calls: Path) -> list[Unknown]:
    """Each kind once, by the calls that an emulator wrote down; a lenient one writes none."""
    counts = Counter(_told(calls))
    return [Unknown(call, what, count) for (call, what), count in sorted(counts.items())]


def _told(calls: Path) -> Iterator[tuple[str, str]]:
    with calls.open(encoding="utf-8") as lines:
        for line in lines:
            # Most have none, and reading all of them takes seconds.
            if '"unknown": ' in line:
                entry = json.loads(line)
                for what in entry.get("unknown", ()):
                    yield f"{entry['service']}:{entry['name']}", what
