import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from automation.errors import CommandError, UserError
from automation.status.command import run_status
from automation.terraform.stacks import Synthesis, ordered, read
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles

pytestmark = pytest.mark.usefixtures("inside")

Look = Callable[..., Consoles]
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


@pytest.fixture
def look(output_of: Callable[[str], Path]) -> Look:
    """The command, without another synthesis."""

    def synthesize(environment: str, _: Path) -> Synthesis:
        output = output_of(environment)
        return Synthesis(environment, output, read(output), 0)

    def run(environment: str = "dev", *, as_json: bool = False) -> Consoles:
        consoles = Consoles()
        code = run_status(
            environment,
            as_json=as_json,
            console=consoles.console,
            progress=consoles.progress,
            synthesize=synthesize,
        )
        assert code == 0
        return consoles

    return run


@pytest.fixture
def tiers(output_of: Callable[[str], Path]) -> list[str]:
    return [stack.name for stack in ordered(read(output_of("dev")))]


@pytest.fixture
def answer(look: Look, capsys: pytest.CaptureFixture[str]) -> Callable[[], Any]:
    def answered() -> Any:
        assert look(as_json=True).lines == []
        return json.loads(capsys.readouterr().out)

    return answered


def test_what_was_never_applied_is_shown_as_such(
    answer: Callable[[], Any], tiers: list[str]
) -> None:
    found = answer()
    assert [stack["name"] for stack in found["stacks"]] == tiers
    assert {stack["applied"] for stack in found["stacks"]} == {False}
    assert found["application"] is None
    assert found["state_bucket"] == "dev-349081-tfstate-123456789012"


def test_states_are_counted_and_their_contents_kept_to_themselves(
    keys: Any, answer: Callable[[], Any]
) -> None:
    keys({"security/terraform.tfstate": STATE, "security/terraform.tfstate.tflock": LOCK})
    found = answer()
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


def test_the_table_tells_all_of_it_without_a_terminal(
    keys: Any, look: Look, tiers: list[str]
) -> None:
    keys({"security/terraform.tfstate": STATE, "network/terraform.tfstate.tflock": LOCK})
    header, *rest = look().lines
    stacks, rest = {line.split()[0]: line for line in rest[: len(tiers)]}, rest[len(tiers) :]
    assert header.split() == (
        "stack resources serial last applied (UTC) Terraform locked by".split()  # noqa: SIM905
    )
    assert list(stacks) == tiers
    assert stacks["security"].startswith("security             3       7  20")
    assert stacks["security"].endswith("(just now)  1.11.4")
    assert stacks["network"].split() == ["network", "never", "ann@laptop"]
    others = set(tiers) - {"security", "network"}
    assert all(stacks[tier].split() == [tier, "never"] for tier in others)
    assert rest == [
        "network is locked by ann@laptop for OperationTypeApply since 2026-11-23T12:00:00Z "
        "(lock f5a3)",
        "application: not deployed",
        f"dev: 1 of {len(tiers)} stacks deployed, 3 resources, "
        "states in dev-349081-tfstate-123456789012",
    ]


def test_a_state_of_no_tier_is_not_overlooked(
    keys: Any, answer: Callable[[], Any], tiers: list[str]
) -> None:
    keys({"legacy/terraform.tfstate": STATE})
    assert [stack["name"] for stack in answer()["stacks"]] == [*tiers, "legacy"]


@pytest.mark.parametrize("content", [b"no JSON", {"version": 3}, {"serial": 1}, []])
def test_what_is_no_state_is_refused_without_quoting_it(
    keys: Any, look: Look, content: object
) -> None:
    keys({"dns/terraform.tfstate": content})
    with pytest.raises(CommandError) as caught:
        look()
    assert str(caught.value) == (
        "s3://dev-349081-tfstate-123456789012/dev-349081/dns/terraform.tfstate is no Terraform "
        "state"
    )


def refusal(environment: str = "dev") -> str:
    consoles = Consoles()
    with pytest.raises(UserError) as caught:
        run_status(environment, as_json=True, console=consoles.console, progress=consoles.progress)
    assert consoles.lines == []
    return str(caught.value)


def test_an_environment_without_a_state_bucket() -> None:
    # staging belongs to the same account, where nobody has bootstrapped it.
    assert refusal("staging") == (
        "there is no state bucket staging-349081-tfstate-123456789012: "
        "run `python -m automation bootstrap --env staging`. If app_id or account_id was changed, "
        "that is another platform: destroy the old one first, as it was"
    )


def test_an_unknown_environment() -> None:
    assert refusal("nowhere").startswith(
        "environments: 1 fault\n  --env: received 'nowhere'; set --env to one of: dev,"
    )
