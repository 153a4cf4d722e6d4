import json
from io import StringIO

import pytest
from rich.console import Console

from automation.checks.command import run_verify
from automation.emulator import Emulator
from automation.errors import UserError


@pytest.fixture(autouse=True)
def account(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The user's account is the emulated one."""
    for name, value in emulator.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def run(environment: str, *, as_json: bool = False) -> tuple[int, str]:
    printed = StringIO()
    console, progress = Console(file=printed, width=200), Console(file=StringIO())
    code = run_verify(
        environment, in_full=False, as_json=as_json, console=console, progress=progress
    )
    return code, printed.getvalue()


def test_what_was_never_deployed_has_exit_code_1() -> None:
    code, printed = run("dev")
    assert code == 1
    assert printed.splitlines()[-1].endswith(" checks hold")
    assert "application: instances: deploy it: `python -m automation deploy application" in printed


def test_machines_get_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = run("dev", as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (code, printed, answer["ok"]) == (1, "", False)


def test_missing_credentials_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(UserError, match=r"^no AWS credentials: set AWS_PROFILE, or run "):
        run("dev")
