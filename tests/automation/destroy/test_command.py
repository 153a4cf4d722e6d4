"""What `destroy` refuses; nothing is destroyed then."""

import json
from typing import Any

import pytest

from automation.destroy.command import typed
from automation.errors import UserError
from tests.automation.accounts import Account
from tests.automation.destroy.destroying import run

pytestmark = pytest.mark.usefixtures("inside")
NOT_CURRENT = (
    "the rights of dev-349081-deploy are not current (given for another deletion_protection): run "
    "`python -m automation bootstrap --env dev`"
)


def refusal(account: Account, *tiers: str, **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        run(account, *tiers, **options)
    return str(caught.value)


def test_a_protected_environment(account: Account) -> None:
    assert refusal(account, environment="staging", confirm=None).startswith("staging is protected")


def test_nobody_to_ask(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert refusal(account, confirm=None, ask=typed) == (
        "destroy asks before it changes anything, and there is nobody to ask: "
        "give --confirm dev-349081"
    )


def test_another_prefix(account: Account) -> None:
    assert refusal(account, confirm="prod-349081") == (
        '--confirm was "prod-349081", not dev-349081: nothing was destroyed'
    )


def test_an_unknown_tier(account: Account) -> None:
    assert refusal(account, "storge") == 'there is no tier "storge": did you mean storage?'


def test_no_credentials(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    assert refusal(account).startswith("no AWS credentials: ")


def test_what_no_code_makes_any_more_is_not_said_to_be_destroyed(account: Account) -> None:
    account.leave("legacy")
    code, consoles = run(account)
    assert code == 1
    assert consoles.lines == [
        "dev: not destroyed, as no code makes them any more: legacy: destroy them from a commit "
        "that has their code"
    ]
    account.client("s3").delete_object(
        Bucket=account.settings.naming.bucket("tfstate"), Key="dev-349081/legacy/terraform.tfstate"
    )


def test_nothing_is_deployed(account: Account) -> None:
    code, consoles = run(account)
    assert code == 0
    assert consoles.lines == ["dev: nothing is deployed, so nothing was destroyed"]


def test_rights_that_are_not_current(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    with account.protected() as role:
        code, consoles = run(account)
        said = " ".join(consoles.errors.getvalue().split())
        assert (code, said.startswith(NOT_CURRENT)) == (0, True)
        for name, value in role.items():
            monkeypatch.setenv(name, value)
        assert refusal(account) == f"{NOT_CURRENT}; nothing changed"


def test_a_state_that_is_locked(account: Account) -> None:
    resource = {"mode": "managed", "type": "t", "name": "n", "instances": [{"attributes": {}}]}
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": [resource]}
    lock = {"ID": "1", "Who": "ann@laptop", "Operation": "Apply", "Created": "today"}
    s3, bucket = account.client("s3"), account.settings.naming.bucket("tfstate")
    key = "dev-349081/dns/terraform.tfstate"
    contents = {key: state, f"{key}.tflock": lock}
    for name, content in contents.items():
        s3.put_object(Bucket=bucket, Key=name, Body=json.dumps(content).encode())
    assert refusal(account, "dns").startswith("locked: dns by ann@laptop since today: ")
    for name in contents:
        s3.delete_object(Bucket=bucket, Key=name)
