"""What the roles of `bootstrap --github` are denied, and by which statement."""

from typing import Any

import pytest

from automation.iam import Call, decide
from automation.iam.principals import Principal
from tests.automation.iam.calls import ACCOUNT, KEY, allow, bootstrapped, boundary

POLICIES = {role: bootstrapped(role) for role in ("PlanRole", "DeployRole")}
BOUNDARY = boundary()
NAMES = {"PlanRole": "dev-shop-plan", "DeployRole": "dev-shop-deploy"}
STATES = "arn:aws:s3:::dev-shop-tfstate"
STATE = f"{STATES}/dev-shop/network/terraform.tfstate"
IAM = f"arn:aws:iam::{ACCOUNT}"
OTHER_KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/prod"
TRAIL = f"arn:aws:s3:::dev-shop-audit-{ACCOUNT}"
PROD = {"aws:RequestedRegion": "eu-west-1", "aws:ResourceTag/Environment": "prod"}
DEV = {"aws:RequestedRegion": "eu-west-1", "aws:ResourceTag/Environment": "dev"}
BOUNDED = {"iam:PermissionsBoundary": f"{IAM}:policy/dev-shop-boundary"}
ADMINISTRATOR = {**BOUNDED, "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:eu-west-1:{ACCOUNT}:{resource}"


def denying(role: str, action: str, resource: str, keys: dict[str, Any] | None = None) -> set[str]:
    """The statements that deny it; of what is denied for want of an Allow, none."""
    who = Principal.session(f"{IAM}:role/{NAMES[role]}", "ci")
    limit = BOUNDARY if role == "DeployRole" else None
    call = Call(who, action, resource, keys or {}, owner=ACCOUNT)
    decision = decide(call, identity=POLICIES[role], boundary=limit)
    assert not decision.allowed, f"{role} may {action} on {resource}"
    return {each.statement.sid for each in decision.matches if not each.statement.allows}


@pytest.mark.parametrize(
    ("action", "resource", "statement"),
    [
        ("s3:DeleteObject", f"{STATE}.tflock", "DenyLocks"),
        ("s3:PutObject", f"{STATE}.tflock", "DenyLocks"),
        ("s3:PutObject", STATE, "DenyLocks"),
        ("s3:DeleteObjectVersion", STATE, "DenyLocks"),
        ("s3:GetObject", f"arn:aws:s3:::dev-shop-assets-{ACCOUNT}/uploads/a", "DenyData"),
        ("s3:GetObject", f"{TRAIL}/AWSLogs/a", "DenyData"),
        ("s3:GetObject", f"{STATES}/prod-shop/network/terraform.tfstate", "DenyData"),
        ("secretsmanager:GetSecretValue", arn("secretsmanager", "secret:rds!db-1"), "DenySecrets"),
        (
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:prod-shop-origin-0-AbCdEf"),
            "DenySecrets",
        ),
    ],
)
def test_a_pull_request(action: str, resource: str, statement: str) -> None:
    assert denying("PlanRole", action, resource) == {statement}


@pytest.mark.parametrize(
    ("action", "resource", "keys", "statements"),
    [
        ("rds:DeleteDBInstance", arn("rds", "db:prod-shop"), PROD, {"DenyOtherNames"}),
        ("rds:DeleteDBSnapshot", arn("rds", "snapshot:prod-shop-last"), PROD, {"DenyOtherNames"}),
        ("kms:ScheduleKeyDeletion", OTHER_KEY, PROD, {"DenyErasing"}),
        ("kms:PutKeyPolicy", OTHER_KEY, PROD, set()),
        ("kms:Decrypt", OTHER_KEY, PROD, set()),
        ("ec2:DeleteVpc", arn("ec2", "vpc/vpc-1"), PROD, set()),
        ("ec2:CreateTags", arn("ec2", "vpc/vpc-1"), PROD, set()),
        ("acm:DeleteCertificate", arn("acm", "certificate/1"), PROD, set()),
        (
            "cloudfront:UpdateDistribution",
            f"arn:aws:cloudfront::{ACCOUNT}:distribution/E",
            PROD,
            set(),
        ),
        ("wafv2:DeleteWebACL", arn("wafv2", "global/webacl/prod-shop-edge/1"), PROD, set()),
        ("backup:DeleteBackupPlan", arn("backup", "backup-plan:1"), PROD, set()),
        (
            "cloudtrail:StopLogging",
            arn("cloudtrail", "trail/prod-shop-trail"),
            PROD,
            {"DenyOtherNames", "DenyErasing"},
        ),
        (
            "secretsmanager:GetSecretValue",
            arn("secretsmanager", "secret:prod-shop-api-AbCdEf"),
            PROD,
            {"DenySecrets"},
        ),
        (
            "secretsmanager:DeleteSecret",
            arn("secretsmanager", "secret:prod-shop-api-AbCdEf"),
            PROD,
            {"DenyOtherNames"},
        ),
    ],
)
def test_another_environment_by_its_tag(
    action: str, resource: str, keys: dict[str, Any], statements: set[str]
) -> None:
    assert denying("DeployRole", action, resource, keys) == statements | {"DenyOtherEnvironments"}


@pytest.mark.parametrize(
    ("action", "resource", "keys", "statement"),
    [
        # Another environment, by its name.
        ("rds:DeleteDBInstance", arn("rds", "db:prod-shop"), DEV, "DenyOtherNames"),
        ("s3:DeleteObjectVersion", "arn:aws:s3:::prod-shop-tfstate-1/a", {}, "DenyOtherNames"),
        ("s3:GetObject", "arn:aws:s3:::prod-shop-tfstate-1/a", {}, "DenyOtherNames"),
        ("s3:DeleteObject", "arn:aws:s3:::prod-shop-tfstate-1/a.tflock", {}, "DenyOtherNames"),
        ("sts:AssumeRole", f"{IAM}:role/prod-shop-deploy", {}, "DenyOtherNames"),
        ("iam:PassRole", f"{IAM}:role/prod-shop-application", {}, "DenyOtherNames"),
        ("iam:PutRolePolicy", f"{IAM}:role/prod-shop-application", BOUNDED, "DenyOtherNames"),
        ("ssm:PutParameter", arn("ssm", "parameter/prod-shop/a"), {}, "DenyOtherNames"),
        # The trail, and who reads the states.
        ("s3:DeleteObject", f"{TRAIL}/AWSLogs/a", {}, "DenyErasingTrail"),
        ("s3:DeleteObjectVersion", f"{TRAIL}/AWSLogs/a", {}, "DenyErasingTrail"),
        ("s3:PutObjectRetention", f"{TRAIL}/AWSLogs/a", {}, "DenyErasingTrail"),
        ("s3:BypassGovernanceRetention", f"{TRAIL}/AWSLogs/a", {}, "DenyErasingTrail"),
        ("s3:DeleteBucket", TRAIL, {}, "DenyErasingTrail"),
        (
            "logs:DeleteLogGroup",
            arn("logs", "log-group:/dev-shop/audit/trail"),
            DEV,
            "DenyErasingTrail",
        ),
        ("cloudtrail:StopLogging", arn("cloudtrail", "trail/dev-shop-trail"), DEV, "DenyErasing"),
        ("cloudtrail:DeleteTrail", arn("cloudtrail", "trail/dev-shop-trail"), DEV, "DenyErasing"),
        ("s3:DeleteObject", f"{STATES}-logs/s3/a", {}, "DenyStateLog"),
        ("s3:PutObject", f"{STATES}-logs/s3/a", {}, "DenyStateLog"),
        # The states' history.
        ("s3:DeleteObjectVersion", STATE, {}, "DenyStateHistory"),
        ("s3:PutLifecycleConfiguration", STATES, {}, "DenyStateHistory"),
        ("s3:PutBucketVersioning", STATES, {}, "DenyStateHistory"),
        ("s3:DeleteBucketPolicy", STATES, {}, "DenyStateHistory"),
        ("s3:DeleteObject", STATE, {}, "DenyStateDeletion"),
        ("kms:PutKeyPolicy", KEY, DEV, "DenyStateKey"),
        # Backups, and the keys without which they cannot be read.
        ("backup:DeleteRecoveryPoint", arn("backup", "recovery-point:1"), DEV, "DenyErasing"),
        (
            "backup:DeleteBackupVaultLockConfiguration",
            arn("backup", "backup-vault:dev-shop-backup"),
            DEV,
            "DenyErasing",
        ),
        ("kms:ScheduleKeyDeletion", arn("kms", "key/dev"), DEV, "DenyErasing"),
        ("rds:DeleteDBSnapshot", arn("rds", "snapshot:dev-shop-last"), DEV, "DenyErasingTrail"),
        # Its own limits.
        ("iam:PutRolePolicy", f"{IAM}:role/dev-shop-deploy", BOUNDED, "DenyOwnLimits"),
        ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/dev-shop-deploy", {}, "DenyOwnLimits"),
        ("iam:UpdateAssumeRolePolicy", f"{IAM}:role/dev-shop-plan", {}, "DenyOwnLimits"),
        ("sts:AssumeRole", f"{IAM}:role/dev-shop-plan", {}, "DenyOwnLimits"),
        ("iam:CreatePolicyVersion", f"{IAM}:policy/dev-shop-boundary", {}, "DenyOwnLimits"),
        ("iam:CreateRole", f"{IAM}:role/dev-shop-web", {}, "DenyUnbounded"),
        ("iam:PutRolePolicy", f"{IAM}:role/dev-shop-old", {}, "DenyUnbounded"),
        ("iam:AttachRolePolicy", f"{IAM}:role/dev-shop-web", ADMINISTRATOR, "DenyOtherPolicies"),
    ],
)
def test_who_deploys(action: str, resource: str, keys: dict[str, Any], statement: str) -> None:
    assert denying("DeployRole", action, resource, keys) == {statement}


def test_another_application_of_the_same_environment() -> None:
    others = {**DEV, "aws:ResourceTag/ManagedBy": "terrace"}
    for application, statements in (
        ("blog", {"DenyErasing", "DenyOtherApplications"}),
        ("shop", {"DenyErasing"}),
    ):
        keys = {**others, "aws:ResourceTag/Application": application}
        assert denying("DeployRole", "kms:ScheduleKeyDeletion", OTHER_KEY, keys) == statements


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:DeleteRolePermissionsBoundary", f"{IAM}:role/dev-shop-web"),
        ("iam:CreateUser", f"{IAM}:user/eve"),
        ("iam:CreateAccessKey", f"{IAM}:user/anna"),
        ("cloudformation:UpdateStack", arn("cloudformation", "stack/dev-shop-bootstrap/1")),
        ("ec2:TerminateInstances", arn("ec2", "instance/i-1")),
    ],
)
def test_what_nobody_allows(action: str, resource: str) -> None:
    assert denying("DeployRole", action, resource) == set()
    made = Principal.session(f"{IAM}:role/dev-shop-web", "i-1")
    everything = bootstrapped("DeployRole", {"Prefix": "dev-shop"})
    call = Call(made, action, resource, {}, owner=ACCOUNT)
    assert not decide(call, identity=everything, boundary=BOUNDARY).allowed


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("dev-shop-web", True),
        ("dev-shop-release", True),
        ("dev-shop-application", False),
        ("dev-shop-backup", False),
        ("dev-shop-deploy", False),
        ("prod-shop-web", False),
    ],
)
def test_whatever_a_policy_says_no_role_becomes_another_than_those_of_processes(
    role: str, allowed: bool
) -> None:
    for name in ("dev-shop-application", "dev-shop-deploy", "dev-shop-web"):
        who = Principal.session(f"{IAM}:role/{name}", "i-1")
        call = Call(who, "sts:AssumeRole", f"{IAM}:role/{role}", {}, owner=ACCOUNT)
        assert decide(call, identity=[allow()], boundary=BOUNDARY).allowed is allowed


def test_a_disposable_environment_can_be_destroyed_and_nobody_else_s() -> None:
    disposable = {"Protected": "none"}
    who = Principal.session(f"{IAM}:role/dev-shop-deploy", "ci")
    for action, resource in (
        ("s3:DeleteObjectVersion", f"{TRAIL}/AWSLogs/a"),
        ("cloudtrail:DeleteTrail", arn("cloudtrail", "trail/dev-shop-trail")),
        ("kms:ScheduleKeyDeletion", arn("kms", "key/dev")),
    ):
        call = Call(who, action, resource, DEV, owner=ACCOUNT)
        limit = boundary(disposable)
        assert decide(call, identity=bootstrapped("DeployRole", disposable), boundary=limit).allowed
    assert denying("DeployRole", "s3:DeleteObjectVersion", STATE) == {"DenyStateHistory"}
