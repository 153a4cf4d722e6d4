import json
from collections.abc import Mapping
from typing import Any

import pytest

from automation.errors import CommandError, UserError
from automation.status.command import status
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles

pytestmark = pytest.mark.usefixtures("inside")

TIERS = [
    "security",
    "network",
    "dns",
    "storage",
    "database",
    "application",
    "edge",
    "monitoring",
    "audit",
]
SECRET = "correct-horse-battery-staple"
STATE = {
    "version": 4,
    "terraform_version": "1.11.4",
    "serial": 7,
    "resources": [
        {"mode": "data", "instances": [{}]},
        {"mode": "managed", "instances": [{"attributes": {"value": SECRET}}, {}]},
        {"mode": "managed", "instances": [{}]},
    ],
}
LOCK = {
    "ID": "f5a3",
    "Operation": "OperationTypeApply",
    "Who": "ann@laptop",
    "Version": "1.11.4",
    "Created": "2026-11-23T12:00:00Z",
}


def put(account: Account, key: str, content: object) -> None:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    bucket = account.settings.naming.bucket("tfstate")
    account.client("s3").put_object(Bucket=bucket, Key=f"dev-349081/{key}", Body=body)


@pytest.fixture
def keys(account: Account) -> Any:
    client, bucket = account.client("s3"), account.settings.naming.bucket("tfstate")

    def keep(contents: Mapping[str, object]) -> None:
        for key, content in contents.items():
            put(account, key, content)

    yield keep
    for each in client.list_objects_v2(Bucket=bucket).get("Contents", ()):
        client.delete_object(Bucket=bucket, Key=each["Key"])


def answer(capsys: pytest.CaptureFixture[str]) -> Any:
    consoles = Consoles()
    code = status("dev", as_json=True, console=consoles.console, progress=consoles.progress)
    assert code == 0
    assert consoles.lines == []
    return json.loads(capsys.readouterr().out)


def test_what_was_never_applied_is_shown_as_such(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys)
    assert [stack["name"] for stack in found["stacks"]] == TIERS
    assert {stack["applied"] for stack in found["stacks"]} == {False}
    assert found["application"] is None
    assert found["state_bucket"] == "dev-349081-tfstate-123456789012"


def test_states_are_counted_and_their_contents_kept_to_themselves(
    keys: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    keys({"security/terraform.tfstate": STATE, "security/terraform.tfstate.tflock": LOCK})
    found = answer(capsys)
    security = found["stacks"][0]
    assert security.pop("last_applied").endswith("+00:00")
    assert security == {
        "name": "security",
        "applied": True,
        "resources": 3,
        "serial": 7,
        "terraform_version": "1.11.4",
        "lock": {
            "id": "f5a3",
            "who": "ann@laptop",
            "operation": "OperationTypeApply",
            "since": "2026-11-23T12:00:00Z",
        },
    }
    assert SECRET not in json.dumps(found)


def test_the_table_tells_all_of_it_without_a_terminal(keys: Any) -> None:
    keys({"security/terraform.tfstate": STATE, "network/terraform.tfstate.tflock": LOCK})
    consoles = Consoles()
    status("dev", as_json=False, console=consoles.console, progress=consoles.progress)
    header, security, network, *rest = consoles.lines
    assert header.split() == (
        "stack resources serial last applied (UTC) Terraform locked by".split()  # noqa: SIM905
    )
    assert security.startswith("security             3       7  20")
    assert security.endswith("(just now)  1.11.4")
    assert network.split() == ["network", "never", "ann@laptop"]
    assert [line.split() for line in rest[:7]] == [[tier, "never"] for tier in TIERS[2:]]
    assert rest[7:] == [
        "network is locked by ann@laptop for OperationTypeApply since 2026-11-23T12:00:00Z "
        "(lock f5a3)",
        "application: not deployed",
        "dev: 1 of 9 stacks deployed, 3 resources, states in dev-349081-tfstate-123456789012",
    ]


def test_a_state_of_no_tier_is_not_overlooked(
    keys: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    keys({"legacy/terraform.tfstate": STATE})
    assert [stack["name"] for stack in answer(capsys)["stacks"]] == [*TIERS, "legacy"]


@pytest.mark.parametrize("content", [b"no JSON", {"version": 3}, {"serial": 1}, []])
def test_what_is_no_state_is_refused_without_quoting_it(keys: Any, content: object) -> None:
    keys({"dns/terraform.tfstate": content})
    consoles = Consoles()
    with pytest.raises(CommandError) as caught:
        status("dev", as_json=False, console=consoles.console, progress=consoles.progress)
    assert str(caught.value) == (
        "s3://dev-349081-tfstate-123456789012/dev-349081/dns/terraform.tfstate is no Terraform "
        "state"
    )


def refusal(environment: str = "dev") -> str:
    consoles = Consoles()
    with pytest.raises(UserError) as caught:
        status(environment, as_json=True, console=consoles.console, progress=consoles.progress)
    assert consoles.lines == []
    return str(caught.value)


def test_an_environment_without_a_state_bucket() -> None:
    # staging belongs to the same account, where nobody has bootstrapped it.
    assert refusal("staging") == (
        "there is no state bucket staging-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env staging`"
    )


def test_an_unknown_environment() -> None:
    assert refusal("nowhere").startswith(
        "environments: 1 fault\n  --env: received 'nowhere'; set --env to one of: dev,"
    )
