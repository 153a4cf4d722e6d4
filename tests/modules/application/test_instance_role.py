import json

import pytest

from config import Naming
from modules.application.instance_role import InstanceRole
from modules.policy import Statement
from tests.synthesized import Resource, Synthesized, policy, synthesize

POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/assets"


@pytest.fixture
def stack(naming: Naming) -> Synthesized:
    return synthesize(
        lambda stack: InstanceRole(
            stack,
            "role",
            naming=naming,
            artifacts_bucket_arn="arn:aws:s3:::artifacts",
            access_point_arn=POINT,
            storage_key_arn="storage-key",
            database_secret_arn="database-secret",
            secret_arns=["api-key", "session-key"],
            data_key_arn="data-key",
            auto_scaling_group_name="prod-349081-application",
            reporting=[Statement(sid="Report", actions=["logs:PutLogEvents"], resources=["logs"])],
        )
    )


def statements(stack: Synthesized) -> dict[str, Resource]:
    policies = stack.resources("aws_iam_role_policy").values()
    return {sid: each for one in policies for sid, each in policy(one["policy"]).items()}


def test_only_instances_assume_the_role(stack: Synthesized) -> None:
    (trust,) = json.loads(stack.only("aws_iam_role")["assume_role_policy"])["Statement"]
    assert trust["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_session_manager_takes_the_place_of_ssh(stack: Synthesized) -> None:
    actions = statements(stack)["SessionManager"]["Action"]
    assert {each for each in actions if each.startswith("ssmmessages:")} == {
        f"ssmmessages:{verb}{channel}Channel"
        for verb in ("Create", "Open")
        for channel in ("Control", "Data")
    }


def test_parameters_are_read_by_their_names_alone(stack: Synthesized) -> None:
    assert not stack.resources("aws_iam_role_policy_attachment")
    for each in statements(stack).values():
        if any(action.startswith("ssm:GetParameter") for action in each["Action"]):
            assert each["Resource"] != ["*"]


def test_names_carry_the_prefix(stack: Synthesized) -> None:
    for kind in ("aws_iam_role", "aws_iam_instance_profile", "aws_iam_role_policy"):
        for resource in stack.resources(kind).values():
            assert resource["name"].startswith("prod-349081-")


@pytest.mark.parametrize(
    ("sid", "actions", "resources"),
    [
        ("ReadReleases", ["s3:GetObject"], ["arn:aws:s3:::artifacts/releases/*"]),
        ("ReadDeployments", ["s3:GetObject"], ["arn:aws:s3:::artifacts/deployments/*"]),
        ("RecordDeployments", ["s3:PutObject"], ["arn:aws:s3:::artifacts/deployments/*"]),
        ("RenewDeployments", ["s3:PutObject"], ["arn:aws:s3:::artifacts/deployments/*"]),
        ("ReadSecrets", ["secretsmanager:GetSecretValue"], ["api-key", "session-key"]),
        ("ListAssets", ["s3:ListBucket"], [POINT]),
        ("ReadAssets", ["s3:GetObject"], [f"{POINT}/object/*"]),
        ("AddAssets", ["s3:PutObject"], [f"{POINT}/object/*"]),
        (
            "ReadDatabaseSecret",
            ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            ["database-secret"],
        ),
        ("Report", ["logs:PutLogEvents"], ["logs"]),
    ],
)
def test_what_an_instance_may_do(
    stack: Synthesized, sid: str, actions: list[str], resources: list[str]
) -> None:
    statement = statements(stack)[sid]
    assert statement["Action"] == actions
    assert statement["Resource"] == resources


@pytest.mark.parametrize(
    ("sid", "key", "service"),
    [
        ("EncryptArtifacts", "storage-key", "s3"),
        ("EncryptAssets", "storage-key", "s3"),
        ("DecryptDatabaseSecret", "data-key", "secretsmanager"),
    ],
)
def test_keys_are_used_through_their_service_alone(
    stack: Synthesized, sid: str, key: str, service: str
) -> None:
    statement = statements(stack)[sid]
    assert statement["Resource"] == [key]
    via = {"kms:ViaService": f"{service}.us-west-2.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": via}


@pytest.mark.parametrize(
    ("sid", "header"),
    [
        ("RecordDeployments", "if-none-match"),
        ("RenewDeployments", "if-match"),
        ("AddAssets", "if-none-match"),
    ],
)
def test_writes_say_what_they_find(stack: Synthesized, sid: str, header: str) -> None:
    assert statements(stack)[sid]["Condition"] == {"Null": {f"s3:{header}": "false"}}
