"""Writes the calls that reach the account down, a line of JSON each, without any secret."""

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from automation.emulator.rights.authorization import Authorization


class Record:
    """A file of calls, in the order in which they were answered."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()

    def write(self, asked: Authorization, status: int, unknown: Sequence[str] = ()) -> None:
        """Add a call, who made it and what it needed, and the status of its answer.

        `unknown` is what it has that the models do not know, and that was not refused.
        """
        call = asked.call
        entry = {
            "principal": asked.principal.arn,
            "service": call.service,
            "name": call.name,
            "region": call.region,
            "parameters": shown(call.operation.input_shape, call.parameters),
            "status": status,
        }
        if asked.principal.role:
            entry["needs"] = [vars(each) for each in asked.needs]
        if unknown:
            entry["unknown"] = unknown
        line = json.dumps(entry, default=str) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()


def shown(shape: Shape | None, value: Any, *, hidden: bool = False) -> Any:
    """A value without what AWS's model calls sensitive, and of bytes only how many they are."""
    hidden = hidden or shape is None or bool(shape.metadata.get("sensitive"))
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {
            name: shown(shape.members.get(name), each, hidden=hidden)
            for name, each in value.items()
        }
    if isinstance(shape, ListShape):
        return [shown(shape.member, each, hidden=hidden) for each in value]
    if isinstance(shape, MapShape):
        return {name: shown(shape.value, each, hidden=hidden) for name, each in value.items()}
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return "***" if hidden else value
