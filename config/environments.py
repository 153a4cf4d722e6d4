"""Which environments there are, and which one is meant when none is named."""

import os
from pathlib import Path

_USUAL = "prod"


def folder_of(project: Path) -> Path:
    """Where a project has its environments; `APP_ENVIRONMENTS` names another place in it."""
    return project / os.environ.get("APP_ENVIRONMENTS", "environments")


ENVIRONMENTS = folder_of(Path(__file__).parent.parent)


def names(folder: Path = ENVIRONMENTS) -> list[str]:
    """The environments of a folder, in alphabetical order."""
    return sorted(file.stem for file in folder.glob("*.toml") if file.stem.isprintable())


def default(folder: Path = ENVIRONMENTS) -> str:
    """Production; where there is none, the only environment that there is."""
    known = names(folder)
    return known[0] if len(known) == 1 else _USUAL


def chosen() -> str:
    """The environment that `APP_ENV` names, or else the default."""
    return os.environ.get("APP_ENV") or default()
