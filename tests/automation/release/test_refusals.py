"""What `release` and `rollback` refuse before AWS is asked anything."""

import pytest

from automation.errors import UserError
from automation.release.command import (
    ReleaseCommand,
    ReleaseRequest,
    RestartCommand,
    RollbackCommand,
)
from tests.automation.consoles import Consoles


@pytest.mark.parametrize("command", [ReleaseCommand, RollbackCommand, RestartCommand])
def test_nobody_to_ask(command: type[ReleaseCommand], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    consoles = Consoles()
    asked = command(
        ReleaseRequest(environment="dev"), console=consoles.console, progress=consoles.progress
    )
    with pytest.raises(UserError) as refusal:
        asked.run()
    assert str(refusal.value) == (
        f"{command.name} asks before it changes anything, and there is nobody to ask: add --yes"
    )
