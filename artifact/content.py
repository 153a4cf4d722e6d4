"""Which files of the application's directory belong to a release."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from artifact.archive import Entry
from artifact.errors import ArtifactError
from artifact.line_ends import as_stored

# What tools leave behind; hidden files stay out as well, since credentials often are in one.
_LEFTOVERS = {"__pycache__", "node_modules", "venv"}
_SUFFIXES = (".pyc", ".pyo", ".log")


def entries(directory: Path, *, below: str) -> Iterator[Entry]:
    """Every file that belongs to a release, with its path below a folder of the archive."""
    for folder, folders, files in os.walk(directory):
        folders[:] = sorted(name for name in folders if _belongs(name))
        for name in (*folders, *files):
            _refuse_link(Path(folder) / name)
        for name in filter(_belongs, files):
            yield _entry(Path(folder) / name, directory, below)


def _belongs(name: str) -> bool:
    return not (name.startswith(".") or name in _LEFTOVERS or name.endswith(_SUFFIXES))


def _refuse_link(path: Path) -> None:
    """A link may lead out of the directory, to other bytes on every machine."""
    if path.is_symlink() and _belongs(path.name):
        raise ArtifactError(f"{path} is a symbolic link: put the file itself there")


def _entry(path: Path, directory: Path, below: str) -> Entry:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        raise ArtifactError(f"{path} is no regular file: remove it")
    return Entry(
        path=f"{below}/{path.relative_to(directory).as_posix()}",
        content=as_stored(path.read_bytes()),
        executable=bool(mode & stat.S_IXUSR),
    )
