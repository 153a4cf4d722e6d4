"""Standard output, which may be a full disk, or a reader that has seen enough."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator

# What is no terminal has no width: there, a line is as long as what it says.
_UNBOUNDED = 10_000


class OutputError(OSError):
    """Standard output does not take what is printed; no other file is to blame."""


class _Output(io.TextIOWrapper):
    """A text stream whose errors tell where they come from."""

    def write(self, text: str) -> int:
        with _named():
            return super().write(text)

    def flush(self) -> None:
        with _named():
            super().flush()


@contextlib.contextmanager
def named_output() -> Iterator[None]:
    """Have whatever is printed inside be written at the end, or raise `OutputError`."""
    stream = sys.stdout
    if not isinstance(stream, io.TextIOWrapper):
        # It was closed before we began, or somebody listens.
        yield
        return
    sys.stdout = named = _Output(
        stream.buffer,
        encoding=stream.encoding,
        # A mark in place of a letter that the user's encoding lacks is better than no line.
        errors="replace",
        line_buffering=stream.line_buffering,
    )
    try:
        yield
    finally:
        named.flush()
        named.detach()
        sys.stdout = stream


def give_up() -> None:
    """Print to nowhere: Python would try again as it ends, and complain in its own words."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@contextlib.contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(*error.args) from error


def line_width() -> int:
    """Where lines end in a file or a pipe: where `COLUMNS` says, else nowhere."""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() and columns.isascii() else _UNBOUNDED
