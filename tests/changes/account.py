"""An emulated account of which copies can be had, and what its records said of the site."""

import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import urllib3

from automation.emulator import Emulator
from tests.changes.server import COPY, HOST, SEEN, of_copy


class CopiedAccount(Emulator):
    """The emulator, started so that it can be copied."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._given = given

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs to have copies made: whoever started it ends it."""
        return {**vars(self), "_process": None}

    @contextmanager
    def copy(self) -> Iterator["CopiedAccount"]:
        """The account as it is now, in a process of its own for as long as the context lasts."""
        started = json.loads(self._ask(COPY))
        try:
            yield _Copy(started["pid"], **{**self._given, "port": started["port"]})
        finally:
            with suppress(ProcessLookupError):
                os.kill(started["pid"], signal.SIGTERM)

    @property
    def seen(self) -> Sequence[tuple[str, str, str]]:
        """What was amiss after a call: the call, the name that was not served, and why."""
        return [(call, name, why) for call, name, why in json.loads(self._ask(SEEN))]

    def _ask(self, path: str) -> bytes:
        with urllib3.ProxyManager(self.url, ca_certs=str(self.bundle)) as pool:
            return pool.request("POST", f"https://{HOST}{path}").data

    def _command(self) -> Sequence[str]:
        ours = {"automation.emulator.server": "tests.changes.server"}
        return [ours.get(each, each) for each in super()._command()]


class _Copy(CopiedAccount):
    """One that runs already, and that somebody else ends."""

    def __init__(self, pid: int, **given: Any) -> None:
        super().__init__(**given)
        self._pid = pid

    @property
    def stubborn(self) -> Path:
        return of_copy(super().stubborn, self._pid)

    @property
    def alive(self) -> bool:
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True

    def start(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError
