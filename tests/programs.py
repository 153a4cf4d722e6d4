"""The programs of the system that tests run, from the list that `make` looks for."""

import sys
from pathlib import Path

import pytest

from automation import programs
from automation.programs import Need

# A package of Python brings it.
SHELLCHECK = str(Path(sys.executable).parent / "shellcheck")


def program(need: Need) -> str:
    """Where it is; the test is skipped where it is not."""
    found = programs.find(*need.programs[0])
    if found is None:
        pytest.skip(absence(need, programs.system()))
    return found


def absence(need: Need, system: programs.System) -> str:
    """Why a program is not there."""
    if system.manager and not system.packages(need):
        return f"{system.name} has no package of {need.name}"
    return f"{need.name} is missing: {programs.remedy([need], system)}"
