from collections.abc import Iterator

import pytest

from tests.automation.accounts import Account, emulated


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with emulated(tmp_path_factory.mktemp("account")) as found:
        yield found


@pytest.fixture
def inside(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.enter(monkeypatch)
