"""The tiny platform, destroyed."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.errors import UserError
from tests.automation.accounts import Account
from tests.automation.destroy.destroying import run, workspace

pytestmark = [
    pytest.mark.usefixtures("inside"),
    pytest.mark.rehearsal,
    pytest.mark.terraform,
    pytest.mark.slow,
]
BUCKET = "dev-349081-assets-123456789012"
WARNING = [
    "dev: to be destroyed, in this order: application, dns, storage, security",
    "This is lost:",
    f"  storage: bucket {BUCKET}: 1 object version, 5 bytes",
    "The state bucket dev-349081-tfstate-123456789012 stays.",
]


def test_an_environment_from_its_deployment_to_its_end(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.deploy()
    account.client("s3").put_object(Bucket=BUCKET, Key="one", Body=b"12345")
    nothing_happens_without_its_prefix(account)
    nothing_is_destroyed_that_was_not_named(account)
    one_tier(account)
    account.client("sns").delete_topic(TopicArn=topic(account))
    code, consoles = run(account, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert consoles.lines == []
    assert [each["name"] for each in answer["stacks"]] == ["dns", "storage", "security"]
    assert {each["outcome"] for each in answer["stacks"]} == {"done"}
    assert answer["left"] == answer["unsaved_states"] == []
    with pytest.raises(ClientError):
        account.client("s3").head_bucket(Bucket=BUCKET)
    assert account.client("ssm").describe_parameters()["Parameters"] == []
    # The states stay, without resources, and no plan with its secrets is left.
    code, consoles = run(account)
    assert consoles.lines == ["dev: nothing is deployed, so nothing was destroyed"]
    assert list((workspace(account.folder) / "destroy" / "dev").iterdir()) == []


def nothing_happens_without_its_prefix(account: Account) -> None:
    asked: list[Any] = []

    def ask() -> str:
        asked.append(True)
        return "yes"

    with pytest.raises(UserError) as caught:
        run(account, confirm=None, ask=ask)
    assert str(caught.value) == 'received "yes", not dev-349081: nothing was destroyed'
    assert asked == [True]
    code, consoles = run(account, confirm=None, ask=interrupt)
    assert code == 130
    said = consoles.errors.getvalue()
    assert [line for line in WARNING if line not in said] == []
    account.client("s3").head_bucket(Bucket=BUCKET)


def interrupt() -> str:
    raise KeyboardInterrupt


def nothing_is_destroyed_that_was_not_named(account: Account) -> None:
    with pytest.raises(UserError) as caught:
        run(account, "storage")
    assert str(caught.value) == (
        "application cannot do without storage: name them, too: "
        "`python -m automation destroy storage application --env dev`"
    )


def one_tier(account: Account) -> None:
    code, consoles = run(account, "application", confirm=None, ask=lambda: "dev-349081")
    assert code == 0
    assert consoles.lines == [
        "dev: destroyed: application",
        "The state bucket dev-349081-tfstate-123456789012 and its key stay: when nothing else is "
        "deployed, `python -m automation bootstrap --env dev --delete` lets go of them",
    ]
    said = consoles.errors.getvalue()
    assert "They hold no data." in said
    assert "Type dev-349081 to destroy: " in said


def topic(account: Account) -> str:
    return account.settings.naming.arn("sns", "dev-349081-alarms")
