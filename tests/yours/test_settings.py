"""The user's environments can be read and synthesized."""

from collections.abc import Callable

import pytest

from artifact import ArtifactError
from config import ConfigError, load
from main import release_of
from tests.conftest import Tiers
from tests.yours.environments import FOLDER, NAMES, valid


def test_there_is_an_environment() -> None:
    if not NAMES:
        pytest.fail(
            "environments/ holds no environment: write <name>.toml there, docs/settings.md has "
            "every key",
            pytrace=False,
        )


@pytest.mark.parametrize("environment", NAMES or [None])
def test_its_settings_are_valid(environment: str | None) -> None:
    if environment is None:
        return
    try:
        assert load(environment, FOLDER).environment == environment
    except ConfigError as error:
        pytest.fail(str(error), pytrace=False)


def test_its_application_can_be_packed(subtests: pytest.Subtests) -> None:
    for name, settings in valid().items():
        with subtests.test(name):
            try:
                assert release_of(settings).sha256
            except ArtifactError as error:
                pytest.fail(str(error), pytrace=False)


def test_it_can_be_synthesized(
    your_tiers_of: Callable[[str], Tiers], subtests: pytest.Subtests
) -> None:
    for name in valid():
        with subtests.test(name):
            assert your_tiers_of(name)
