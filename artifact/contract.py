"""The contract between an application and the platform: its version, and who keeps it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from artifact.errors import ArtifactError
from artifact.release import Runtime, inspect

# Raised when an application that kept the contract may no longer do so.
VERSION = 1
# The seconds that `web` has to end after SIGTERM.
STOP_SECONDS = 40
# What no directory tells, by the name of each point.
RUNNING = {
    "PORT": "`web` listens on PORT of every address (0.0.0.0), whatever the Host",
    "/healthz": "answers 200 while it is alive",
    "/readyz": "answers 200 once the database is reachable",
    "SIGTERM": f"`web` ends within {STOP_SECONDS} seconds",
    "processes": "those beside `web` end after SIGTERM within their stop_seconds, and one with a "
    "schedule may be left out or ended amid its work, as its instance is",
    "release": "may run again on a database that it has changed",
    "logs": "JSON lines with a `level` on standard output",
}
_FITS = {
    "directory": "is there, and readable",
    "Procfile": "every line is read, and known to the settings where it is neither web nor release",
    "files": "all of them can be packed",
    "commands": "nothing is known that would keep them from starting",
    "static files": "their place is right",
    "packages": "all are locked, as far as there are any: `make wheels` fetches them",
    "region": "who signs the certificates of its databases is known",
}
Verdict = Literal["fits", "does not fit", "only running shows"]


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the contract; the details are faults where it is not kept."""

    name: str
    verdict: Verdict
    details: tuple[str, ...]


def points(
    directory: Path,
    *,
    runtime: Runtime,
    static_directory: str,
    static_wanted: bool,
    workspace: Path,
) -> Iterator[Point]:
    """Every point of the contract, as far as reading the directory tells who keeps it."""
    try:
        found = inspect(
            directory,
            runtime=runtime,
            static_directory=static_directory,
            static_wanted=static_wanted,
            workspace=workspace,
        )
    except ArtifactError as error:
        found = {"directory": error.reasons}
    for name, reasons in found.items():
        if reasons:
            yield Point(name=name, verdict="does not fit", details=tuple(reasons))
        else:
            yield Point(name=name, verdict="fits", details=(_FITS[name],))
    for name, detail in RUNNING.items():
        yield Point(name=name, verdict="only running shows", details=(detail,))
