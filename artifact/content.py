"""Which files of the application's directory belong to a release."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from artifact import procfile
from artifact.archive import Entry
from artifact.errors import ArtifactError, collected, raise_all
from artifact.line_ends import as_stored

# What tools leave behind; hidden files stay out as well, since credentials often are in one.
_LEFTOVERS = {"__pycache__", "node_modules", "venv"}
# What Next.js and Nitro build, and what other servers are asked for.
_BUILT = {".next", ".output", ".well-known"}
_SUFFIXES = (".pyc", ".pyo", ".log")
# One fault, such as a directory without rights, may be that of thousands of files.
_TOLD = 20


def entries(directory: Path, *, below: str) -> list[Entry]:
    """Every file that belongs to a release, with its path below a folder of the archive.

    Raises `ArtifactError` with all that cannot be packed.
    """
    found: list[Entry] = []
    reasons: list[str] = []
    for path in _paths(directory, reasons):
        with collected(reasons, path):
            _refuse_odd(path)
            if not path.is_dir():
                found.append(_entry(path, directory, below))
    if len(reasons) > _TOLD:
        reasons[_TOLD:] = [f"{directory}: {len(reasons) - _TOLD} more of this kind"]
    raise_all(reasons)
    return found


def usable(directory: Path, workspace: Path) -> None:
    """Refuse what is no directory of an application; raises `ArtifactError`."""
    correct = "correct application.app.directory"
    try:
        if not stat.S_ISDIR(directory.stat().st_mode):
            raise ArtifactError(f"{directory} is no directory: {correct}")
    except FileNotFoundError:
        raise procfile.missing(directory) from None
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise ArtifactError(f"{directory} cannot be read: {reason}; {correct}") from None
    if workspace.resolve().is_relative_to(directory.resolve()):
        raise ArtifactError(f"{directory} is around {workspace}, where releases go: {correct}")


def _paths(directory: Path, reasons: list[str]) -> Iterator[Path]:
    """Files, and folders that belong to a release."""

    def refused(error: OSError) -> None:
        with collected(reasons, Path(error.filename)):
            raise error

    for folder, folders, files in os.walk(directory, onerror=refused):
        folders[:] = sorted(name for name in folders if _belongs(name))
        yield from (Path(folder) / name for name in (*folders, *files) if _belongs(name))


def _belongs(name: str) -> bool:
    hidden = name.startswith(".") and name not in _BUILT
    return not (hidden or name in _LEFTOVERS or name.endswith(_SUFFIXES))


def _refuse_odd(path: Path) -> None:
    """A link may lead out of the directory; other programs read names line by line."""
    if not path.name.isprintable():
        raise ArtifactError(f"{str(path)!r} has a name that cannot be printed: rename it")
    if path.is_symlink():
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
