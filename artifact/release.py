"""A release of the application, known by the hash of its archive."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from artifact import authorities, procfile
from artifact.archive import Entry, archive
from artifact.content import entries
from artifact.errors import ArtifactError
from artifact.static_files import content_types
from artifact.wheels import Wheels

# Other environments and tests may be about to use theirs.
_KEPT = 10
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Release:
    """An archive by its SHA-256; without a file it was published before."""

    sha256: str
    file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What the application runs on: Amazon Linux packages, architecture and region."""

    packages: Sequence[str]
    architecture: str
    region: str


def published(sha256: str) -> Release:
    """A release that is in the artifacts bucket already, by its whole hash."""
    if not _HASH.fullmatch(sha256):
        raise ArtifactError(
            f'APP_RELEASE: received "{sha256}"; give the SHA-256 of a published release, '
            "64 hexadecimal digits in lower case"
        )
    return Release(sha256=sha256)


def pack(directory: Path, *, runtime: Runtime, static_directory: str, workspace: Path) -> Release:
    """Pack a directory, its wheels and the database's authorities.

    The archive goes to a folder of `workspace`, whose wheels it takes. Raises `ArtifactError`.
    """
    wheels = Wheels(
        directory=directory,
        packages=runtime.packages,
        architecture=runtime.architecture,
        cache=workspace / "wheels",
    )
    trusted = authorities.of(runtime.region)
    content = archive(_contents(directory, wheels, static_directory, trusted))
    sha256 = hashlib.sha256(content).hexdigest()
    return Release(sha256=sha256, file=_keep(content, workspace / "releases" / f"{sha256}.tar.gz"))


def _contents(
    directory: Path, wheels: Wheels, static_directory: str, database_authorities: str
) -> Iterator[Entry]:
    """`app/` is the directory; the rest is for the instance that runs it."""
    procfile.read(directory)
    found = list(entries(directory, below="app"))
    yield from found
    for wheel in wheels.files():
        yield Entry(path=f"wheels/{wheel.name}", content=wheel.read_bytes())
    yield Entry(path="rds-ca.pem", content=database_authorities.encode())
    prefix = f"app/{static_directory}/"
    static = (each.path.removeprefix(prefix) for each in found if each.path.startswith(prefix))
    yield Entry(path="static-types", content=content_types(static).encode())


def _keep(content: bytes, file: Path) -> Path:
    """Write the archive, unless it is there: its name says what is in it. Some old ones stay."""
    if not file.exists():
        try:
            _write(content, file)
        except OSError as error:
            raise ArtifactError(
                f"{file.parent} cannot be written: {error.strerror}: make it a folder that you may "
                "write to, with room in it, or remove it"
            ) from error
        by_age = sorted(file.parent.glob("*.tar.gz"), key=lambda each: each.stat().st_mtime)
        for old in by_age[:-_KEPT]:
            old.unlink(missing_ok=True)
    return file


def _write(content: bytes, file: Path) -> None:
    """Have the file appear whole; nothing is left of one that could not be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        partial.write_bytes(content)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
