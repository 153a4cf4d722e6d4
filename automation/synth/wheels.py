"""The command `wheels`, apart from how it is typed."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from artifact import ArtifactError
from artifact.wheels import Wheels
from automation.errors import UserError
from automation.wheels.applications import CACHE, applications


def fetch(
    environments: Sequence[str], *, console: Console, progress: Console, cache: Path = CACHE
) -> None:
    """Download the wheels that the applications of environments lock and that are not here yet.

    Raises `UserError` in the end, once everything else is here, with all that is wrong: settings,
    a directory without an application, a lock file that names what instances cannot have.
    """
    asked = applications(environments, cache)
    faults = list(asked.faults)
    for wheels in asked.found:
        try:
            _fetch(wheels, console, progress)
        except ArtifactError as error:
            faults.append(str(error))
    if faults:
        raise UserError("\n".join(faults))


def _fetch(wheels: Wheels, console: Console, progress: Console) -> None:
    if not wheels.wanted:
        return
    what = f"{wheels.python} on {wheels.architecture}"
    with progress.status(f"Downloading the wheels for {what}"):
        fetched = wheels.fetch()
    if fetched:
        count = len(wheels.files())
        console.print(f"{what}: {count} wheels fetched", highlight=False)
