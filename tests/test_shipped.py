"""What Terrace ships in environments/ is what its tests look at.

It is for Terrace's own repository, whose `.ci/run` asks for it by `TERRACE_SHIPS`. In yours,
environments/ is yours: delete this file and that line, or leave them.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ENVIRONMENTS
from tests.processes import PROJECT


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_shipped_environment_is_the_tests_own(environment: str) -> None:
    shipped = PROJECT / "environments" / f"{environment}.toml"
    own = PROJECT / "tests" / "environments" / f"{environment}.toml"
    assert _but_for_the_application(shipped) == _but_for_the_application(own)


def _but_for_the_application(file: Path) -> dict[str, Any]:
    """The tests name an application of their own: a user may delete the sample."""
    settings = tomllib.loads(file.read_text(encoding="utf-8"))
    application = settings.setdefault("application", {})
    application.setdefault("app", {}).pop("directory", None)
    return settings


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_its_addresses_are_the_same(environment: str) -> None:
    shipped = PROJECT / "addresses" / f"{environment}.txt"
    own = PROJECT / "tests" / "environments" / "addresses" / f"{environment}.txt"
    assert shipped.read_bytes() == own.read_bytes()
