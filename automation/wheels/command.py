"""The command `wheels`, apart from how it is typed."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from artifact import ArtifactError
from artifact.wheels import Wheels
from automation.commands import every_environment, settings_of
from automation.errors import UserError
from automation.synthesis import PROJECT

CACHE = PROJECT / ".terrace" / "wheels"


def fetch(
    environments: Sequence[str], *, console: Console, progress: Console, cache: Path = CACHE
) -> None:
    """Download the wheels that the applications of environments lock and that are not here yet.

    Raises `UserError` when a lock file names what is not to be had for the instances.
    """
    for wheels in _wanted(environments, cache):
        what = f"{wheels.python} on {wheels.architecture}"
        try:
            with progress.status(f"Downloading the wheels for {what}"):
                fetched = wheels.fetch()
        except ArtifactError as error:
            raise UserError(str(error)) from error
        if fetched:
            count = len(wheels.files())
            console.print(f"{what}: {count} wheels fetched", highlight=False)


def _wanted(environments: Sequence[str], cache: Path) -> list[Wheels]:
    """One for each application, Python and architecture."""
    if "all" in environments:
        environments = every_environment()
    found = []
    for name in environments:
        application = settings_of(name).application
        wheels = Wheels(
            directory=PROJECT / application.app.directory,
            packages=application.app.packages,
            architecture=application.architecture,
            cache=cache,
        )
        if wheels.wanted and wheels not in found:
            found.append(wheels)
    return found
