import json

import pytest

from config import Naming
from modules.application.instance_role import InstanceRole
from modules.application.process_role import ProcessRights
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
            auto_scaling_group_name="prod-349081-application",
            reporting=[Statement(sid="Report", actions=["logs:PutLogEvents"], resources=["logs"])],
            processes=ProcessRights(
                database_secret_arn="database-secret",
                data_key_arn="data-key",
                secret_arns=["api-key", "session-key"],
                database_resource_ids=["db-ONE"],
                own=[Statement(sid="Own", actions=["sqs:SendMessage"], resources=["queue"])],
            ),
        )
    )


def statements(stack: Synthesized, purpose: str = "application") -> dict[str, Resource]:
    """Those of a role, by what it is for."""
    policies = stack.resources("aws_iam_role_policy").values()
    own = [each for each in policies if each["role"] == f"${{{role(stack, purpose)}.name}}"]
    return {sid: each for one in own for sid, each in policy(one["policy"]).items()}


def role(stack: Synthesized, purpose: str) -> str:
    """The address of a role."""
    roles = stack.resources("aws_iam_role").items()
    (id_,) = (id_ for id_, each in roles if each["name"] == f"prod-349081-{purpose}")
    return f"aws_iam_role.{id_}"


def trusted(stack: Synthesized, purpose: str) -> Resource:
    id_ = role(stack, purpose).removeprefix("aws_iam_role.")
    document = stack.resources("aws_iam_role")[id_]["assume_role_policy"]
    (trust,) = json.loads(document)["Statement"]
    assert trust["Action"] == ["sts:AssumeRole"]
    return dict(trust["Principal"])


def test_only_instances_assume_the_role_and_by_it_those_of_processes(stack: Synthesized) -> None:
    assert trusted(stack, "application") == {"Service": "ec2.amazonaws.com"}
    own = {"AWS": f"${{{role(stack, 'application')}.arn}}"}
    assert trusted(stack, "web") == trusted(stack, "release") == own
    assume = statements(stack)["AssumeRoles"]
    assert assume["Action"] == ["sts:AssumeRole"]
    assert assume["Resource"] == [f"${{{role(stack, each)}.arn}}" for each in ("web", "release")]


def test_every_role_has_the_boundary(stack: Synthesized) -> None:
    roles = stack.resources("aws_iam_role").values()
    boundaries = {each["permissions_boundary"] for each in roles}
    assert boundaries == {"arn:aws:iam::123456789012:policy/prod-349081-boundary"}
    assert len(roles) == 3


def test_the_application_s_rights_are_its_processes_and_nothing_else_is(
    stack: Synthesized,
) -> None:
    theirs = {"ReadDatabaseSecret", "DecryptDatabaseSecret", "SignIn", "ReadSecrets", "Own"}
    assert statements(stack, "web").keys() == statements(stack, "release").keys() == theirs
    assert statements(stack, "web") == statements(stack, "release")
    assert not theirs & statements(stack).keys()
    for each in statements(stack).values():
        assert not any(action.startswith("secretsmanager:") for action in each["Action"])


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
        ("AddAssets", ["s3:PutObject"], [f"{POINT}/object/*"]),
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
    ("sid", "actions", "resources"),
    [
        ("ReadSecrets", ["secretsmanager:GetSecretValue"], ["api-key", "session-key"]),
        (
            "ReadDatabaseSecret",
            ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
            ["database-secret"],
        ),
        (
            "SignIn",
            ["rds-db:connect"],
            ["arn:aws:rds-db:us-west-2:123456789012:dbuser:db-ONE/*"],
        ),
        ("Own", ["sqs:SendMessage"], ["queue"]),
    ],
)
def test_what_a_process_may_do(
    stack: Synthesized, sid: str, actions: list[str], resources: list[str]
) -> None:
    statement = statements(stack, "web")[sid]
    assert statement["Action"] == actions
    assert statement["Resource"] == resources


@pytest.mark.parametrize(
    ("purpose", "sid", "key", "service"),
    [
        ("application", "EncryptArtifacts", "storage-key", "s3"),
        ("application", "EncryptAssets", "storage-key", "s3"),
        ("application", "DecryptCopies", "data-key", "secretsmanager"),
        ("web", "DecryptDatabaseSecret", "data-key", "secretsmanager"),
    ],
)
def test_keys_are_used_through_their_service_alone(
    stack: Synthesized, purpose: str, sid: str, key: str, service: str
) -> None:
    statement = statements(stack, purpose)[sid]
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
