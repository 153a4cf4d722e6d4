import json
from io import StringIO

import pytest
from rich.console import Console

from automation.checks.command import run_preflight
from automation.emulator import Emulator
from automation.errors import UserError
from automation.rehearse.account import bootstrap_account
from config import load


@pytest.fixture
def account(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """The user's account is the emulated one."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return emulator


def run(environment: str, *, as_json: bool = False) -> tuple[int, str]:
    printed = StringIO()
    console, progress = Console(file=printed, width=200), Console(file=StringIO())
    code = run_preflight(environment, as_json=as_json, console=console, progress=progress)
    return code, printed.getvalue()


@pytest.mark.terraform
def test_what_is_ready_has_exit_code_0(account: Emulator) -> None:
    bootstrap_account(account, load("dev"))
    code, printed = run("dev")
    assert code == 0
    assert "checks hold" in printed


@pytest.mark.usefixtures("account")
def test_what_is_not_has_exit_code_1_and_the_remedy() -> None:
    code, printed = run("dev")
    assert code == 1
    assert (
        "state: bucket: dev-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env dev`"
    ) in printed.splitlines()


@pytest.mark.usefixtures("account")
def test_machines_get_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run("dev", as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (code, printed, answer["ok"]) == (1, "", False)
    assert set(answer["findings"][0]) == {"tier", "what", "ok", "detail", "remedy", "settling"}


def test_another_account_is_refused(account: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    assert account.alive
    other = load("dev").model_copy(update={"account_id": "999999999999"})
    monkeypatch.setattr("automation.checks.command.settings_of", lambda _: other)
    with pytest.raises(UserError, match=r"^the credentials are of account 123456789012, and dev "):
        run("dev")


def test_an_unknown_environment_is_refused() -> None:
    with pytest.raises(UserError, match=r"set --env to one of: dev, options, prod, staging"):
        run("production")
