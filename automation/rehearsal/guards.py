"""What has to hold while a rehearsal runs."""

import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from automation.errors import UserError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Refuse a second rehearsal of an environment meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{folder.name} is being rehearsed: wait for that to end") from None
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Being terminated, or losing the terminal, ends a rehearsal as Ctrl-C does."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
