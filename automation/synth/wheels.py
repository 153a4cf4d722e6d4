"""Downloads the packages that applications lock, so that synthesis needs no network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from artifact import ArtifactError, procfile
from artifact.node_modules import NodeModules
from artifact.wheels import Wheels
from automation import PROJECT, WORKSPACE
from automation.command import every_environment, settings_of
from automation.errors import UserError
from config import Settings

CACHE = WORKSPACE / "wheels"


@dataclass(frozen=True)
class Applications:
    """One for each directory, Python and architecture; what is wrong with the others."""

    found: tuple[Wheels | NodeModules, ...]
    faults: tuple[str, ...]


def applications(environments: Sequence[str], cache: Path = CACHE) -> Applications:
    """Those of some environments; "all" stands for each. None is kept from the next one's fault."""
    if "all" in environments:
        environments = every_environment()
    found: dict[Wheels | NodeModules, None] = {}
    faults: dict[str, None] = {}
    for name in environments:
        try:
            found |= dict.fromkeys(_application(name, cache))
        except (UserError, ArtifactError) as error:
            faults[str(error)] = None
    return Applications(tuple(found), tuple(faults))


def directory_of(settings: Settings) -> Path:
    """Where the application of an environment is: inside the project, or beside it."""
    return PROJECT / settings.application.app.directory


def _application(environment: str, cache: Path) -> tuple[Wheels, NodeModules]:
    settings = settings_of(environment)
    application = settings.application
    # One that is not there would be silent: it has no lock file.
    procfile.read(directory_of(settings))
    wheels = Wheels(
        directory=directory_of(settings),
        packages=application.app.packages,
        architecture=application.architecture,
        cache=cache,
    )
    modules = NodeModules(
        directory=directory_of(settings), architecture=application.architecture, cache=cache
    )
    return wheels, modules


def fetch(
    environments: Sequence[str], *, console: Console, progress: Console, cache: Path = CACHE
) -> None:
    """Download the packages that the applications of environments lock and that are not here yet.

    Raises `UserError` in the end, once everything else is here, with all that is wrong: settings,
    a directory without an application, a lock file that names what instances cannot have.
    """
    asked = applications(environments, cache)
    faults = list(asked.faults)
    for each in asked.found:
        try:
            _fetch(each, console, progress)
        except ArtifactError as error:
            faults.append(str(error))
    if faults:
        raise UserError("\n".join(faults))


def _fetch(packages: Wheels | NodeModules, console: Console, progress: Console) -> None:
    if not packages.wanted:
        return
    with progress.status(f"Downloading the packages for {packages.name}"):
        fetched = packages.fetch()
    if fetched:
        console.print(f"{packages.name}: {packages.told()} fetched", highlight=False)
