"""The policy of the page on operating suffices for what the page is about, and for no more."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.errors import CommandError
from automation.operate.command import execute, open_shell, open_tunnel, show_logs
from automation.rehearse.account import session
from tests.automation.operate.platform import WEB, Platform, StubPlugin
from tests.automation.operate.test_logs import query
from tests.processes import PROJECT

NAME = "operator"
TRUST = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "123456789012"},
        "Action": "sts:AssumeRole",
    },
}


def documented(platform: Platform) -> dict[str, Any]:
    """The page's policy, for the environment."""
    page = (PROJECT / "docs/operating.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```json\n(.*?)^```$", page, re.M | re.S)
    found: dict[str, Any] = json.loads(text.replace("prod-349081", platform.settings.naming.prefix))
    return found


@pytest.fixture
def operator(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Have commands run as a role with the page's policy."""
    iam = platform.emulator.client("iam")
    iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(TRUST))
    policy = json.dumps(documented(platform))
    iam.put_role_policy(RoleName=NAME, PolicyName="operate", PolicyDocument=policy)
    keys = platform.emulator.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::123456789012:role/{NAME}", RoleSessionName="ann"
    )["Credentials"]
    names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
    variables = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    for name, variable in zip(names, variables, strict=True):
        monkeypatch.setenv(variable, keys[name])
    yield {name: keys[name] for name in names}
    iam.delete_role_policy(RoleName=NAME, PolicyName="operate")
    iam.delete_role(RoleName=NAME)


def launched(platform: Platform) -> str:
    """An instance of the group, with the tag that the launch template gives it."""
    (only,) = platform.instances(1)
    name = platform.settings.naming.name("application")
    platform.clients.ec2.create_tags(Resources=[only], Tags=[{"Key": "Name", "Value": name}])
    return only


@pytest.mark.usefixtures("operator")
def test_it_suffices_for_every_command(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    platform.log(f"i-1{WEB}", (9, "here"))
    launched(platform)
    platform.site.database(DBName="shop")
    StubPlugin(tmp_path).install(monkeypatch)
    assert show_logs(platform.operator, query()) == 0
    assert show_logs(platform.operator, query(process="none")) == 0
    assert execute(platform.operator, None, ["true"]) == 0
    assert open_shell(platform.operator, None) == 0
    with pytest.raises(CommandError, match="and not from here"):
        open_tunnel(platform.operator, None, None)


@pytest.mark.usefixtures("operator")
def test_it_leads_to_no_other_instance(platform: Platform) -> None:
    platform.instances(1)
    with pytest.raises(CommandError, match=r"access denied: .* have to allow SendCommand"):
        execute(platform.operator, None, ["true"])


@pytest.mark.parametrize(
    ("service", "call", "given"),
    [
        ("ssm", "start_session", {"DocumentName": "AWS-StartPortForwardingSession"}),
        ("logs", "filter_log_events", {"logGroupName": "/prod-999/application/app"}),
        ("secretsmanager", "get_secret_value", {"SecretId": "anything"}),
        ("ec2", "terminate_instances", {}),
    ],
)
def test_it_allows_nothing_beside(
    platform: Platform, operator: dict[str, str], service: Any, call: str, given: dict[str, Any]
) -> None:
    only = launched(platform)
    on: dict[str, dict[str, Any]] = {
        "start_session": {"Target": only},
        "terminate_instances": {"InstanceIds": [only]},
    }
    client = session(platform.emulator, operator).client(service)
    with pytest.raises(ClientError) as denial:
        getattr(client, call)(**on.get(call, {}), **given)
    code = denial.value.response["Error"]["Code"]
    assert code in ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
