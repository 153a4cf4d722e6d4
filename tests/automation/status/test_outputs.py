import json
from collections.abc import Iterator
from typing import Any

import pytest

from automation.errors import UserError
from automation.status.command import run_outputs
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles

pytestmark = pytest.mark.usefixtures("inside")

SECRET = "correct-horse-battery-staple"
BETWEEN = "cross-stack-output-aws_lb_web_arn"
OUTPUTS: dict[str, dict[str, Any]] = {
    "web": {
        "load_balancer_dns_name": {"value": "web.example.com", "type": "string"},
        "token": {"value": SECRET, "type": "string", "sensitive": True},
        BETWEEN: {"value": "arn:lb", "type": "string"},
    },
    "dns": {"name_servers": {"value": ["ns1", "ns2"], "type": ["list", "string"]}},
    "network": {},
}


@pytest.fixture
def states(account: Account) -> Iterator[None]:
    client, bucket = account.client("s3"), account.settings.naming.bucket("tfstate")
    for stack, outputs in OUTPUTS.items():
        state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "resources": []}
        body = json.dumps({**state, "outputs": outputs}).encode()
        client.put_object(Bucket=bucket, Key=f"dev-349081/{stack}/terraform.tfstate", Body=body)
    yield
    for stack in OUTPUTS:
        client.delete_object(Bucket=bucket, Key=f"dev-349081/{stack}/terraform.tfstate")


def printed(capsys: pytest.CaptureFixture[str], **given: Any) -> str:
    options = {"every": False, "shown": (), "as_json": False, **given}
    assert run_outputs("dev", progress=Consoles().progress, **options) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("states")
def test_what_stacks_put_out_is_shown_and_what_is_sensitive_masked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed(capsys).splitlines() == [
        'dns.name_servers = ["ns1", "ns2"]',
        "web.load_balancer_dns_name = web.example.com",
        "web.token = (sensitive value)",
    ]


@pytest.mark.usefixtures("states")
def test_what_only_other_stacks_read_is_shown_on_demand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert f"web.{BETWEEN} = arn:lb" in printed(capsys, every=True)


@pytest.mark.usefixtures("states")
def test_for_machines_they_are_json_by_stack(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, as_json=True)) == {
        "dns": {"name_servers": ["ns1", "ns2"]},
        "web": {"load_balancer_dns_name": "web.example.com", "token": "(sensitive value)"},
    }


@pytest.mark.usefixtures("states")
@pytest.mark.parametrize("as_json", [False, True])
def test_what_is_sensitive_is_shown_by_its_name_alone(
    capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    assert SECRET not in printed(capsys, as_json=as_json, every=True)
    assert SECRET in printed(capsys, as_json=as_json, shown=("web.token",))


@pytest.mark.usefixtures("states")
def test_what_is_no_output_is_refused_with_those_that_are_sensitive() -> None:
    with pytest.raises(UserError) as refusal:
        run_outputs(
            "dev", every=False, shown=("web.secret",), as_json=True, progress=Consoles().progress
        )
    assert str(refusal.value) == (
        '--show: received "web.secret"; dev has no such output, and of those that are sensitive '
        "web.token"
    )


def test_before_the_first_deployment_there_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    consoles = Consoles()
    options: dict[str, Any] = {"every": False, "shown": (), "as_json": True}
    assert run_outputs("dev", progress=consoles.progress, **options) == 0
    assert capsys.readouterr().out == "{}\n"
    assert consoles.errors.getvalue() == "dev has no outputs yet\n"
