"""What has to hold while a command runs that must neither meet its like nor end halfway."""

import fcntl
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from automation.errors import UserError


@contextmanager
def alone(folder: Path, busy: str) -> Iterator[None]:
    """Refuse a second run in a folder meanwhile, and say that it is `busy`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{busy}: wait for that to end") from None
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Being terminated, or losing the terminal, ends a command as Ctrl-C does."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def attended(command: str, remedy: str) -> None:
    """Refuse to ask where nobody can answer; the remedy names options that the command has."""
    if not sys.stdin.isatty():
        raise UserError(
            f"{command} asks before it changes anything, and there is nobody to ask: {remedy}"
        )
