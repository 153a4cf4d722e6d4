"""The user's environments, with the user's application, in place of the tests' own."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from artifact import ArtifactError
from main import release_of
from tests.conftest import Tiers, read_tiers, synthesize
from tests.yours.environments import valid


@pytest.fixture(scope="session")
def your_output_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder to which an environment is synthesized, once per session."""

    @cache
    def synthesized(environment: str) -> Path:
        settings = valid()[environment]
        try:
            release = release_of(settings)
        except ArtifactError:
            pytest.skip(f"{environment} has no release: test_settings.py says why")
        return synthesize(settings, release, tmp_path_factory.mktemp(environment))

    return synthesized


@pytest.fixture(scope="session")
def your_tiers_of(your_output_of: Callable[[str], Path]) -> Callable[[str], Tiers]:
    """Every tier of an environment."""

    return cache(lambda environment: read_tiers(your_output_of(environment)))


@pytest.fixture(params=sorted(valid()), scope="session")
def platform(request: pytest.FixtureRequest, your_tiers_of: Callable[[str], Tiers]) -> Tiers:
    """The tiers of each environment in turn."""
    return your_tiers_of(request.param)
