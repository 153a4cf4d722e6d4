from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.automation.accounts import Account, emulated


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """One for each test: they leave it in a state of which others must not know."""
    with emulated(tmp_path) as found:
        yield found


@pytest.fixture
def inside(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    account.enter(monkeypatch)
