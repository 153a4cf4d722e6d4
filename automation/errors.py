"""Errors that end a command with a line in place of a traceback, those of output and disk too."""

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

# The exit code of a command that Ctrl-C ended, as shells have it.
INTERRUPTED = 130
# What is no terminal has no width: there, a line is as long as what it says.
_UNBOUNDED = 10_000
# As Python, Node and Terraform report the same errors.
_FULL = r"ENOSPC|EDQUOT|[Nn]o space left on device|[Dd]isk quota exceeded"
_REFUSED = (
    r"EACCES|EROFS|EPERM|ENOTDIR|EEXIST|[Pp]ermission denied|[Rr]ead-only file system"
    r"|[Nn]ot a directory|File exists"
)


class UserError(Exception):
    """Something that the user can mend: the message says what, and how."""


class CommandError(Exception):
    """A program that Terrace ran failed; the message is what it printed."""


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


def remedy(text: str, place: Path) -> str | None:
    """One line, where the text blames the disk."""
    if re.search(_FULL, text):
        return f"the disk is full: make room where {place} is, then try again"
    if re.search(_REFUSED, text):
        return f"{place} cannot be written: make it a folder that you may write to, or remove it"
    return None


def _blamed(error: Exception, place: Path) -> Path:
    """The place, unless Python names a file somewhere else."""
    named = getattr(error, "filename", None)
    if not isinstance(named, str) or Path(named).absolute().is_relative_to(place.absolute()):
        return place
    return Path(named)


@contextlib.contextmanager
def disk_errors(place: Path) -> Iterator[None]:
    """Raise `UserError` when what is done inside fails because of the disk."""
    try:
        yield
    except (CommandError, OSError) as error:
        line = remedy(str(error), _blamed(error, place))
        if line is None or isinstance(error, OutputError):
            raise
        raise UserError(line) from error


def check_folder(folder: Path, option: str) -> None:
    """Raise `UserError`, before anything long begins, where an option's files cannot be written."""
    place = folder.absolute()
    while not os.path.lexists(place):
        place = place.parent
    if not place.is_dir():
        reason = f"{place} is no folder"
    elif not os.access(place, os.W_OK | os.X_OK):
        reason = f"{place} cannot be written by you"
    else:
        return
    raise UserError(f"{option}: received {folder}; give a folder that you may write to: {reason}")
