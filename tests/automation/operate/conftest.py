import itertools
import os
from collections.abc import Iterator

import pytest

from automation.emulator import Emulator
from config import load
from tests.automation.operate.platform import Platform

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started


@pytest.fixture
def platform(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """An environment of its own for each test, in an account that commands take for AWS."""
    environ = emulator.isolate()
    for name in set(os.environ) - set(environ):
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    settings = load("dev").model_copy(update={"app_id": f"operate{next(_numbers)}"})
    monkeypatch.setattr("automation.operate.command.settings_of", lambda _: settings)
    return Platform(emulator, settings)
