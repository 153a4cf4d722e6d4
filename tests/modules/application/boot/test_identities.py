"""What a process can do with what it finds around it: as its role, and as no other."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.rehearse.account import session
from config.application import PROCESS_ROLES
from tests.modules.application.boot import aws_stub
from tests.modules.application.boot.conftest import ARTIFACTS, KEY, NAMING, RELEASE, Start
from tests.modules.application.boot.placed import Account
from tests.modules.application.boot.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("only_this_release")]
Clients = Callable[[str], Any]
MARKER = f"deployments/{RELEASE}/other"
STYLE = f"static/{RELEASE[:12]}/style.css"
ROLE = NAMING.arn("iam", f"role/{NAMING.name('')}", region="")
# What a running process might try, and the action that nothing allows.
ATTACKS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "read another secret": (
        *("secretsmanager", "get_secret_value", {"SecretId": "another"}),
        "secretsmanager:GetSecretValue",
    ),
    "change its database's login": (
        *("secretsmanager", "put_secret_value", {"SecretId": "database", "SecretString": "{}"}),
        "secretsmanager:PutSecretValue",
    ),
    "read a parameter": (
        *("ssm", "get_parameter", {"Name": NAMING.path("application/cloudwatch-agent")}),
        "ssm:GetParameter",
    ),
    "read all parameters": (
        *("ssm", "get_parameters_by_path", {"Path": f"/{NAMING.prefix}"}),
        "ssm:GetParametersByPath",
    ),
    "change a parameter": (
        *("ssm", "put_parameter", {"Name": NAMING.path("application/x"), "Value": "x"}),
        "ssm:PutParameter",
    ),
    "read a release": ("s3", "get_object", {"Bucket": ARTIFACTS, "Key": KEY}, "s3:GetObject"),
    "overwrite a release": ("s3", "put_object", {"Bucket": ARTIFACTS, "Key": KEY}, "s3:PutObject"),
    "write a release": (
        *("s3", "put_object", {"Bucket": ARTIFACTS, "Key": "releases/x", "IfNoneMatch": "*"}),
        "s3:PutObject",
    ),
    "delete a release": (
        *("s3", "delete_object", {"Bucket": ARTIFACTS, "Key": KEY}),
        "s3:DeleteObject",
    ),
    "write a marker": (
        *("s3", "put_object", {"Bucket": ARTIFACTS, "Key": MARKER, "IfNoneMatch": "*"}),
        "s3:PutObject",
    ),
    "renew a marker": (
        *("s3", "put_object", {"Bucket": ARTIFACTS, "Key": MARKER, "IfMatch": "x"}),
        "s3:PutObject",
    ),
    "claim a run": (
        "s3",
        "put_object",
        {"Bucket": ARTIFACTS, "Key": "deployments/processes/tidy", "IfNoneMatch": "*"},
        "s3:PutObject",
    ),
    "list releases": ("s3", "list_objects_v2", {"Bucket": ARTIFACTS}, "s3:ListBucket"),
    "overwrite a static file": (
        *("s3", "put_object", {"Bucket": "<assets>", "Key": STYLE}),
        "s3:PutObject",
    ),
    "add a static file": (
        *("s3", "put_object", {"Bucket": "<assets>", "Key": "static/x", "IfNoneMatch": "*"}),
        "s3:PutObject",
    ),
    "delete a static file": (
        *("s3", "delete_object", {"Bucket": "<assets>", "Key": STYLE}),
        "s3:DeleteObject",
    ),
    "list static files": ("s3", "list_objects_v2", {"Bucket": "<assets>"}, "s3:ListBucket"),
    "complete a launch": (
        "autoscaling",
        "complete_lifecycle_action",
        {
            "AutoScalingGroupName": NAMING.name("application"),
            "LifecycleHookName": "serving",
            "LifecycleActionResult": "ABANDON",
            "InstanceId": "i-0123456789abcdef0",
        },
        "autoscaling:CompleteLifecycleAction",
    ),
    "become the instance": (
        *("sts", "assume_role", {"RoleArn": f"{ROLE}application", "RoleSessionName": "it"}),
        "sts:AssumeRole",
    ),
    "give itself rights": (
        "iam",
        "put_role_policy",
        {"RoleName": NAMING.name("web"), "PolicyName": "x", "PolicyDocument": "{}"},
        "iam:PutRolePolicy",
    ),
    "write logs of others": (
        *("logs", "create_log_stream", {"logGroupName": "x", "logStreamName": "x"}),
        "logs:CreateLogStream",
    ),
    "run a command elsewhere": (
        *("ssm", "send_command", {"DocumentName": "AWS-RunShellScript"}),
        "ssm:SendCommand",
    ),
}


@pytest.fixture(scope="module")
def another(account: Account) -> None:
    account.emulator.client("secretsmanager").create_secret(Name="another", SecretString="x")


@pytest.fixture
def instance(start: Start) -> Sandbox:
    instance = start()
    assert instance.errors() == []
    return instance


@pytest.fixture
def clients_of(instance: Sandbox, account: Account) -> Callable[[str], Clients]:
    """Clients with what the web process finds around it, or with the other role's token."""
    found = instance.ask("/readyz")
    place, _, own = found["AWS_CONTAINER_CREDENTIALS_FULL_URI"].rpartition("/")
    assert own == "web"

    def clients(role: str) -> Clients:
        token = (instance.root / "run/application-credentials" / role).read_text()
        keys = aws_stub.handed_out(f"{place}/{role}", token)
        return session(account.emulator, keys).client  # type: ignore[return-value]

    return clients


def test_a_process_finds_a_way_to_its_own_credentials_and_no_others(instance: Sandbox) -> None:
    found = instance.ask("/readyz")
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"} & found.keys()
    assert found["AWS_EC2_METADATA_DISABLED"] == "true"
    token = Path(found["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text()
    place = found["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
    assert aws_stub.handed_out(place, token)["AWS_SESSION_TOKEN"]
    with pytest.raises(Exception, match="403"):
        aws_stub.handed_out(place.replace("/web", "/release"), token)


@pytest.mark.parametrize("purpose", PROCESS_ROLES)
def test_a_process_is_its_role_and_reads_its_secrets(
    purpose: str, clients_of: Callable[[str], Clients], account: Account, secret: str
) -> None:
    mine = clients_of(purpose)
    arn = mine("sts").get_caller_identity()["Arn"]
    session_of = f"assumed-role/{NAMING.name(purpose)}/{account.instance_id}"
    assert arn == NAMING.arn("sts", session_of, region="")
    database = account.values["master_user_secret"]
    for call in ("describe_secret", "get_secret_value"):
        getattr(mine("secretsmanager"), call)(SecretId=database)
    assert mine("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]


@pytest.mark.usefixtures("another")
def test_no_process_gets_anywhere_else(
    clients_of: Callable[[str], Clients], account: Account
) -> None:
    for role in PROCESS_ROLES:
        mine, (other,) = clients_of(role), {*PROCESS_ROLES} - {role}
        become = {"RoleArn": f"{ROLE}{other}", "RoleSessionName": "it"}
        attacks = {**ATTACKS, "become": ("sts", "assume_role", become, "sts:AssumeRole")}
        for name, (service, call, given, action) in attacks.items():
            bucket = {"Bucket": account.alias} if given.get("Bucket") == "<assets>" else {}
            with pytest.raises(ClientError) as denial:
                getattr(mine(service), call)(**{**given, **bucket})
            said = str(denial.value)
            assert f"not authorized to perform: {action}" in said, (role, name)
            # The endpoint, the boundary or the role itself: whichever is asked first.
            known = (
                f"allows the {action} action",
                "with an explicit deny in a permissions boundary",
            )
            assert said.endswith(known), (role, name, said)
