"""The programs of the system that tests run, from the list that `make` looks for."""

import sys
from pathlib import Path

import pytest

from automation import programs
from automation.programs import Need
from bindings import framework
from tests.processes import PROJECT

# A package of Python brings it.
SHELLCHECK = str(Path(sys.executable).parent / "shellcheck")


def program(need: Need) -> str:
    """Where it is; the test is skipped where it is not."""
    found = programs.find(*need.programs[0])
    if found is None:
        pytest.skip(absence(need, programs.system()))
    return found


def framework_cli() -> str:
    """The command of the framework in use; the test is skipped where it is not there."""
    name = framework.chosen().name
    found = PROJECT / "node_modules" / ".bin" / name
    if not found.exists():
        pytest.skip(f"{name} is not installed: run `make setup`")
    return str(found)


def absence(need: Need, system: programs.System) -> str:
    """Why a program is not there."""
    if system.manager and not system.packages(need):
        return f"{system.name} has no package of {need.name}"
    return f"{need.name} is missing: {programs.remedy([need], system)}"
