from collections.abc import Iterator

import pytest

from automation.emulator import Emulator
from tests.automation.restore.platform import Platform, settings_with


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started


@pytest.fixture(scope="session")
def deployed(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Platform:
    found = Platform(emulator, settings_with(1), tmp_path_factory.mktemp("platform"))
    found.deploy()
    return found


@pytest.fixture
def platform(deployed: Platform) -> Iterator[Platform]:
    """The environment as it was deployed, whatever the test before has done to it."""
    yield deployed
    deployed.forget()
