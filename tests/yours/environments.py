"""The environments of environments/, which are the user's: any names, any valid settings."""

from functools import cache
from pathlib import Path
from typing import Any

from config import ConfigError, Settings, load, names

FOLDER = Path(__file__).parent.parent.parent / "environments"
NAMES = names(FOLDER)


@cache
def valid() -> dict[str, Settings]:
    """The settings of those that have no fault; of the others test_settings.py tells."""
    found = {}
    for name in NAMES:
        try:
            found[name] = load(name, FOLDER)
        except ConfigError:
            continue
    return found


def foreign() -> dict[str, Settings]:
    """Those that are not the tests' own, on which Terraform and the scanners look anyway.

    Neither sees more of the application than the hash of its release.
    """
    own = names()
    return {
        name: settings
        for name, settings in valid().items()
        if name not in own or _of_any_application(settings) != _of_any_application(load(name))
    }


def _of_any_application(settings: Settings) -> dict[str, Any]:
    values = settings.model_dump()
    del values["application"]["app"]["directory"]
    return values
