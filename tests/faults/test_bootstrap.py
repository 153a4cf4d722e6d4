"""The state bucket is made on bad days."""

from pathlib import Path

import pytest

from automation.aws.states import States
from automation.bootstrap.command import BootstrapCommand, BootstrapRequest
from automation.emulator import Emulator
from automation.rehearse.account import session
from config import load
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles
from tests.faults.proxy import TRANSIENT, Faulty, sometimes


def bootstrap(account: Account, monkeypatch: pytest.MonkeyPatch) -> str:
    """Bootstrap dev, and what was said."""
    consoles = Consoles()
    with monkeypatch.context() as patch:
        account.enter(patch)
        asked = BootstrapRequest(environment="dev", yes=True)
        command = BootstrapCommand(
            asked, console=consoles.console, progress=consoles.progress, pause=0.1
        )
        assert command.run() == 0
    return consoles.output.getvalue()


# Of the dozen calls that it makes, some fail with each of these.
@pytest.mark.parametrize("seed", ["2", "4", "6"])
def test_a_fifth_of_all_calls_fails_and_the_bucket_is_made(
    seed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev = load("dev")
    with (
        Emulator(
            account_id=dev.account_id, region=dev.region, workspace=tmp_path / "emulator"
        ) as real,
        Faulty(real, sometimes(0.2, seed, *TRANSIENT), tmp_path / "faulty") as faulty,
    ):
        account = Account(faulty, dev, tmp_path)
        assert "dev-349081-bootstrap: created" in bootstrap(account, monkeypatch)
        assert "nothing to change" in bootstrap(account, monkeypatch)
        assert len(faulty.forwarder.happened) > faulty.count(None)
        States(session(real), dev).check()
