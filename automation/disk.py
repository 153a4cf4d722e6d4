"""What the disk refuses, as a line that says what to do about it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automation.errors import CommandError, UserError
from automation.output import OutputError

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
