"""Attacks on an account that two environments share, in the roles of one of them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from automation.iam import Call, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from automation.rehearse.account import bootstrap_account, role_of, session
from automation.rehearse.calls import policies_of
from config import Settings, load
from tests.automation.bootstrap import runs

MINE, OTHERS = "dev-349081", "prod-349081"


@dataclass(frozen=True)
class Shared:
    """The account of both."""

    emulator: Emulator
    mine: Settings
    # Of the other environment.
    key: str
    secret: str

    def act(self, role: str) -> boto3.Session:
        """As a pull request's role, or as that of whoever deploys."""
        return session(self.emulator, role_of(self.emulator, self.mine, role))

    def denying(self, role: str) -> set[str]:
        """The statements that deny the latest call."""
        iam: Any = self.emulator.client("iam")
        name = f"{MINE}-{role}"
        made = iam.get_role(RoleName=name)["Role"]
        arn = made.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        limit = None
        if arn:
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            limit = Policy.parse(answer["Document"])
        # What was asked of IAM here is the root user's.
        lines = self.emulator.calls.read_text(encoding="utf-8").splitlines()
        entries = (json.loads(each) for each in reversed(lines))
        (need, *_) = next(each for each in entries if each["principal"].endswith(f"/{name}"))[
            "needs"
        ]
        who = Principal.session(made["Arn"], role)
        call = Call(
            who, need["action"], need["resource"], need["context"], owner=self.mine.account_id
        )
        found = decide(call, identity=policies_of(iam, name), boundary=limit)
        return {each.statement.sid for each in found.matches if not each.statement.allows}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    mine, others = load("dev"), load("prod")
    folder = tmp_path_factory.mktemp("shared")
    with Emulator(account_id=mine.account_id, region=mine.region, workspace=folder) as emulator:
        for each in (mine, others):
            bootstrap_account(emulator, each, github=runs.main_of())
        tag = {"TagKey": "Environment", "TagValue": "prod"}
        key = emulator.client("kms").create_key(Tags=[tag])["KeyMetadata"]["Arn"]
        secrets = emulator.client("secretsmanager")
        tags = [{"Key": "Environment", "Value": "prod"}]
        secret = secrets.create_secret(Name=f"{OTHERS}-api", SecretString="x", Tags=tags)["ARN"]
        yield Shared(emulator, mine, key, secret)


Attack = Callable[[boto3.Session, Shared], object]


def states(prefix: str) -> dict[str, Any]:
    return {"Bucket": f"{prefix}-tfstate-123456789012", "Key": f"{prefix}/dns/terraform.tfstate"}


def lock(prefix: str) -> dict[str, Any]:
    return {**states(prefix), "Key": f"{prefix}/dns/terraform.tfstate.tflock"}


OWN_ROLE = {
    "RoleName": f"{MINE}-deploy",
    "PolicyName": "more",
    "PolicyDocument": json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        }
    ),
}
TRUST = '{"Version": "2012-10-17", "Statement": []}'
ATTACKS: dict[str, tuple[str, Attack, set[str]]] = {
    "a key is scheduled for deletion": (
        "deploy",
        lambda aws, it: aws.client("kms").schedule_key_deletion(KeyId=it.key),
        {"DenyOtherEnvironments"},
    ),
    "a snapshot is deleted": (
        "deploy",
        lambda aws, _: aws.client("rds").delete_db_snapshot(DBSnapshotIdentifier=f"{OTHERS}-last"),
        {"DenyOtherNames"},
    ),
    "a version of a state is deleted": (
        "deploy",
        lambda aws, _: aws.client("s3").delete_object(**states(OTHERS), VersionId="1"),
        {"DenyOtherNames"},
    ),
    "a version of an own state is deleted": (
        "deploy",
        lambda aws, _: aws.client("s3").delete_object(**states(MINE), VersionId="1"),
        {"DenyStateHistory"},
    ),
    "a secret is read": (
        "deploy",
        lambda aws, it: aws.client("secretsmanager").get_secret_value(SecretId=it.secret),
        {"DenyOtherEnvironments", "DenySecrets"},
    ),
    "a trail is stopped": (
        "deploy",
        lambda aws, _: aws.client("cloudtrail").stop_logging(Name=f"{OTHERS}-trail"),
        {"DenyOtherNames"},
    ),
    "the own role is widened": (
        "deploy",
        lambda aws, _: aws.client("iam").put_role_policy(**OWN_ROLE),
        {"DenyOwnLimits"},
    ),
    "a role is made without the boundary": (
        "deploy",
        lambda aws, _: aws.client("iam").create_role(
            RoleName=f"{MINE}-web", AssumeRolePolicyDocument=TRUST
        ),
        {"DenyUnbounded"},
    ),
    "the other role is assumed": (
        "deploy",
        lambda aws, _: aws.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::123456789012:role/{OTHERS}-deploy", RoleSessionName="it"
        ),
        {"DenyOtherNames"},
    ),
    "a lock of the other environment is deleted": (
        "deploy",
        lambda aws, _: aws.client("s3").delete_object(**lock(OTHERS)),
        {"DenyOtherNames"},
    ),
    "a pull request deletes a lock": (
        "plan",
        lambda aws, _: aws.client("s3").delete_object(**lock(MINE)),
        {"DenyLocks"},
    ),
    "a pull request reads a secret": (
        "plan",
        lambda aws, it: aws.client("secretsmanager").get_secret_value(SecretId=it.secret),
        {"DenySecrets"},
    ),
    "a pull request reads another's state": (
        "plan",
        lambda aws, _: aws.client("s3").get_object(**states(OTHERS)),
        {"DenyData"},
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_denied_by_a_statement(shared: Shared, name: str) -> None:
    role, attack, statements = ATTACKS[name]
    with pytest.raises(ClientError) as denial:
        attack(shared.act(role), shared)
    assert "with an explicit deny in " in str(denial.value)
    assert shared.denying(role) == statements


def test_a_deployment_makes_roles_within_the_boundary_and_leaves_its_state(shared: Shared) -> None:
    aws, name = shared.act("deploy"), f"{MINE}-web"
    iam, s3 = aws.client("iam"), aws.client("s3")
    boundary = shared.mine.naming.boundary
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
    iam.put_role_policy(**{**OWN_ROLE, "RoleName": name})
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
    with pytest.raises(ClientError, match="iam:DeleteRolePermissionsBoundary"):
        iam.delete_role_permissions_boundary(RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="more")
    iam.delete_role(RoleName=name)
    key = shared.mine.naming.arn("kms", f"alias/{MINE}-tfstate")
    for each in (states(MINE), lock(MINE)):
        s3.put_object(**each, Body=b"{}", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    s3.delete_object(**lock(MINE))
    seen = shared.act("plan").client("s3").get_object(**states(MINE))
    assert seen["Body"].read() == b"{}"
