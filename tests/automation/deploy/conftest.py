from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.automation.accounts import Account, emulated
from tests.automation.deploy.deploying import Deploying, share_provider


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with emulated(tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest.fixture
def account(dev: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """An account that this process takes for AWS."""
    dev.enter(monkeypatch)
    return dev


@pytest.fixture
def deploying(account: Account, tmp_path: Path) -> Deploying:
    return Deploying(account, share_provider(tmp_path / "workspace"))


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Somebody sits at the terminal and says yes to everything; the questions."""
    questions: list[str] = []

    def ask(question: str, **_: object) -> bool:
        questions.append(question)
        return True

    monkeypatch.setattr("automation.deploy.Confirm.ask", ask)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    return questions
