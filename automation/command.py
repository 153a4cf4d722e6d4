"""What has to hold while a command runs that must neither meet its like nor end halfway."""

import fcntl
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from automation.errors import CommandError, UserError
from automation.output import OutputError
from config import ConfigError, Settings, load
from config.environments import ENVIRONMENTS, names


@contextmanager
def exclusive_lock(folder: Path, busy: str) -> Iterator[None]:
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


# As Python, Node and Terraform report the same errors.
_FULL = r"ENOSPC|EDQUOT|[Nn]o space left on device|[Dd]isk quota exceeded"
_REFUSED = (
    r"EACCES|EROFS|EPERM|ENOTDIR|EEXIST|[Pp]ermission denied|[Rr]ead-only file system"
    r"|[Nn]ot a directory|File exists"
)


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


@contextmanager
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


def every_environment() -> list[str]:
    """All that there are; raises `UserError` where there is none."""
    if found := names():
        return found
    raise UserError(
        f"{ENVIRONMENTS.name}/ holds no environment: write <name>.toml there, "
        "docs/settings.md has every key"
    )


def settings_of(environment: str) -> Settings:
    """The settings of an environment; raises `UserError` with all their faults."""
    chosen_by = "APP_ENV" if environment == os.environ.get("APP_ENV") else "--env"
    try:
        return load(environment, chosen_by=chosen_by)
    except ConfigError as error:
        raise UserError(str(error)) from error
