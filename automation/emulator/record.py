"""Writes the calls that reach the account down, a line of JSON each, without any secret."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from automation.emulator.calls import ApiCall, shown


class Record:
    """A file of calls, in the order in which they were answered."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()

    def write(
        self,
        call: ApiCall,
        status: int,
        *,
        principal: str,
        needs: Sequence[object] = (),
        unknown: Sequence[str] = (),
    ) -> None:
        """Add a call, the status of its answer, who made it, and the permissions that it needed.

        `unknown` is what it has that the models do not know, and that was not refused.
        """
        entry: dict[str, Any] = {
            "principal": principal,
            "service": call.service,
            "name": call.name,
            "region": call.region,
            "parameters": shown(call.operation.input_shape, call.parameters),
            "status": status,
        }
        if needs:
            entry["needs"] = [vars(each) for each in needs]
        if unknown:
            entry["unknown"] = unknown
        line = json.dumps(entry, default=str) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()
