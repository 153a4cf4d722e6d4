from collections.abc import Iterator
from itertools import count
from pathlib import Path

import boto3
import pytest

from automation.emulator import Emulator
from automation.rehearse.account import session
from config import Settings, load
from tests.automation.bootstrap.front import Front

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    dev, workspace = load("dev"), tmp_path_factory.mktemp("emulator")
    with Emulator(account_id=dev.account_id, region=dev.region, workspace=workspace) as started:
        yield started


@pytest.fixture
def settings() -> Settings:
    """Of an environment of which the account has nothing yet."""
    return load("dev").model_copy(update={"app_id": f"b{next(_NUMBERS)}"})


@pytest.fixture
def aws(emulator: Emulator) -> boto3.Session:
    return session(emulator)


@pytest.fixture
def front(emulator: Emulator, tmp_path: Path) -> Iterator[Front]:
    with Front(emulator, tmp_path) as started:
        yield started
