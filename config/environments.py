"""Which environments there are, and which one is meant when none is named."""

import os
from pathlib import Path

# The folder of the environments, as seen from the project's; `APP_ENVIRONMENTS` names another.
ENVIRONMENTS = Path(__file__).parent.parent / os.environ.get("APP_ENVIRONMENTS", "environments")
_USUAL = "prod"


def names(folder: Path = ENVIRONMENTS) -> list[str]:
    """The environments of a folder, in alphabetical order."""
    return sorted(file.stem for file in folder.glob("*.toml"))


def default(folder: Path = ENVIRONMENTS) -> str:
    """Production; where there is none, the only environment that there is."""
    known = names(folder)
    return known[0] if len(known) == 1 else _USUAL


def chosen() -> str:
    """The environment that `APP_ENV` names, or else the default."""
    return os.environ.get("APP_ENV") or default()
