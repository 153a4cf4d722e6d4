"""A release of the application, known by the hash of its archive."""

import hashlib
import os
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from artifact import authorities, procfile, startable
from artifact.archive import Entry, archive
from artifact.content import entries, usable
from artifact.errors import ArtifactError, collected, raise_all
from artifact.node_modules import NodeModules
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
    """What the application runs on: Amazon Linux packages, architecture and region.

    `processes` are the names that settings have for lines of the Procfile, where they are known.
    """

    packages: Sequence[str]
    architecture: str
    region: str
    processes: Collection[str] | None = None


def published(sha256: str) -> Release:
    """A release that is in the artifacts bucket already, by its whole hash."""
    if not _HASH.fullmatch(sha256):
        raise ArtifactError(
            f'APP_RELEASE: received "{sha256}"; give the SHA-256 of a published release, '
            "64 hexadecimal digits in lower case"
        )
    return Release(sha256=sha256)


def pack(
    directory: Path,
    *,
    runtime: Runtime,
    static_directory: str,
    workspace: Path,
    static_wanted: bool = False,
) -> Release:
    """Pack a directory, its wheels or Node packages, and the database's authorities.

    The archive goes to a folder of `workspace`, whose wheels it takes. With `static_wanted` the
    directory of static files has to be there. Raises `ArtifactError` with all that is wrong.
    """
    contents = _contents(directory, runtime, workspace, _Static(static_directory, static_wanted))
    content = archive(contents)
    sha256 = hashlib.sha256(content).hexdigest()
    return Release(sha256=sha256, file=_keep(content, workspace / "releases" / f"{sha256}.tar.gz"))


def check(
    directory: Path,
    *,
    runtime: Runtime | None,
    static_directory: str | None,
    workspace: Path,
    static_wanted: bool = False,
) -> None:
    """Raise the `ArtifactError` that `pack` would, as far as what is known tells it."""
    static = None if static_directory is None else _Static(static_directory, static_wanted)
    _contents(directory, runtime, workspace, static)


def inspect(
    directory: Path,
    *,
    runtime: Runtime,
    static_directory: str,
    workspace: Path,
    static_wanted: bool = False,
) -> Mapping[str, Sequence[str]]:
    """What is wrong with each part of a release; packages need not be here yet.

    Raises `ArtifactError` for what is no directory of an application.
    """
    static = _Static(static_directory, static_wanted)
    return _Parts(directory, runtime, workspace, static, fetched=False).faults


@dataclass(frozen=True)
class _Static:
    directory: str
    wanted: bool


def _contents(
    directory: Path, runtime: Runtime | None, workspace: Path, static: _Static | None
) -> list[Entry]:
    parts = _Parts(directory, runtime, workspace, static)
    raise_all(reason for reasons in parts.faults.values() for reason in reasons)
    return parts.entries


class _Parts:
    """What is in a release, and the faults of each part: `app/`, and what runs it."""

    def __init__(
        self,
        directory: Path,
        runtime: Runtime | None,
        workspace: Path,
        static: _Static | None,
        *,
        fetched: bool = True,
    ) -> None:
        usable(directory, workspace)
        self.entries: list[Entry] = []
        self.faults: dict[str, list[str]] = {}
        self._directory = directory
        commands: Mapping[str, str] = {}
        with self._part("Procfile"):
            commands = procfile.read(directory, runtime.processes if runtime else None)
        with self._part("files"):
            self.entries += entries(directory, below="app")
        if runtime:
            self._commands(commands, runtime)
        if static:
            with self._part("static files"):
                self.entries.append(_static_types(directory, static, self.entries))
        if runtime:
            self._packages(runtime, workspace / "wheels", fetched=fetched)
            with self._part("region"):
                content = authorities.of(runtime.region).encode()
                self.entries.append(Entry(path="rds-ca.pem", content=content))

    def _part(self, name: str) -> AbstractContextManager[None]:
        return collected(self.faults.setdefault(name, []), self._directory)

    def _commands(self, commands: Mapping[str, str], runtime: Runtime) -> None:
        """What is not whole already says why."""
        if any(self.faults.values()):
            return
        self.faults["commands"] = list(
            startable.faults(
                self._directory,
                commands,
                self.entries,
                architecture=runtime.architecture,
                packages=runtime.packages,
            )
        )

    def _packages(self, runtime: Runtime, cache: Path, *, fetched: bool) -> None:
        wheels = Wheels(
            directory=self._directory,
            packages=runtime.packages,
            architecture=runtime.architecture,
            cache=cache,
        )
        modules = NodeModules(
            directory=self._directory, architecture=runtime.architecture, cache=cache
        )
        with self._part("packages"):
            if fetched:
                self.entries += _wheels(wheels)
            else:
                wheels.check()
        with self._part("packages"):
            if fetched:
                self.entries += modules.entries(below="app")
            else:
                modules.check()


def _static_types(directory: Path, static: _Static, found: Sequence[Entry]) -> Entry:
    place = directory / static.directory
    key = "application.app.static_directory"
    if place.exists() and not place.is_dir():
        raise ArtifactError(f"{place} is no directory: correct {key}")
    if static.wanted and not place.exists():
        raise ArtifactError(f"{place} is missing: correct {key}, or leave it out")
    prefix = f"app/{static.directory}/"
    paths = (each.path.removeprefix(prefix) for each in found if each.path.startswith(prefix))
    return Entry(path="static-types", content=content_types(paths).encode())


def _wheels(wheels: Wheels) -> list[Entry]:
    return [Entry(path=f"wheels/{each.name}", content=each.read_bytes()) for each in wheels.files()]


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
