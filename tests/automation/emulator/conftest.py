from collections.abc import Iterator

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.acting import acting  # noqa: F401

ACCOUNT = "123456789012"
REGION = "us-west-2"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id=ACCOUNT, region=REGION, workspace=workspace) as started:
        yield started
