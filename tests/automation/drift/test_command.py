import pytest

from automation.drift.command import DriftCommand, DriftRequest
from automation.errors import CommandError
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles
from tests.automation.drift.looking import run

pytestmark = pytest.mark.usefixtures("inside")


def test_what_was_never_applied_has_not_drifted(account: Account) -> None:
    code, consoles = run(account, "storage", "dns")
    assert (code, consoles.lines) == (0, ["dev: never applied: storage, dns"])


def test_what_no_code_makes_any_more_is_named(account: Account) -> None:
    account.leave("legacy")
    code, consoles = run(account)
    assert (code, consoles.lines) == (
        0,
        [
            "dev: never applied: security, storage, dns, application",
            "dev: not looked at, as no code makes them any more: legacy",
        ],
    )


def refusal(request: DriftRequest) -> str:
    consoles = Consoles()
    with pytest.raises(CommandError) as caught:
        DriftCommand(request, console=consoles.console, progress=consoles.progress).run()
    assert consoles.lines == []
    return str(caught.value)


def test_an_unknown_tier(account: Account) -> None:
    request = DriftRequest(environment="dev", tiers=("storge",), synthesize=account.synthesize)
    assert refusal(request) == 'there is no tier "storge": did you mean storage?'


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert refusal(DriftRequest(environment="dev")).startswith("no AWS credentials: ")


def test_no_state_bucket() -> None:
    # Of the same account, where nobody has bootstrapped it.
    assert refusal(DriftRequest(environment="staging")) == (
        "there is no state bucket staging-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env staging`. If app_id or account_id was changed, "
        "that is another platform: destroy the old one first, as it was"
    )
