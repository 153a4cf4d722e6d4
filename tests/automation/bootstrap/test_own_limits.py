"""What a role is denied in its own environment: its limits, and what guards the rest."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.automation.bootstrap import attacked
from tests.automation.bootstrap.attacked import (
    ACCOUNT,
    DEV,
    EVERYTHING,
    IAM,
    PROD,
    TRUST,
    Attack,
    Attacked,
    bucket,
    on,
    state,
)
from tests.automation.bootstrap.test_attacks import NOBODY, OPEN, SHORT, SUSPENDED

OWN, PLAN = {"RoleName": f"{DEV}-deploy"}, {"RoleName": f"{DEV}-plan"}
WEB = {"RoleName": f"{DEV}-web"}
ADMINISTRATOR = {"PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
POLICIES = f"{IAM}:policy"
OTHER_BOUNDARY = {"PermissionsBoundary": f"{POLICIES}/{PROD}-boundary"}
NEW_ROLE = {**WEB, "AssumeRolePolicyDocument": TRUST}
LIMITS, UNBOUNDED = {"DenyOwnLimits"}, {"DenyUnbounded"}
# Of whoever deploys dev, which nothing protects.
WIDENING: dict[str, tuple[Attack, set[str]]] = {
    "attach a policy": (
        on("iam", "attach_role_policy", **OWN, **ADMINISTRATOR),
        {*LIMITS, "DenyOtherPolicies"},
    ),
    "attach one to what it makes": (
        on("iam", "attach_role_policy", RoleName=f"{DEV}-made", **ADMINISTRATOR),
        {"DenyOtherPolicies"},
    ),
    "write a policy": (
        on("iam", "put_role_policy", **OWN, PolicyName="deploy", PolicyDocument=EVERYTHING),
        LIMITS,
    ),
    "write one for pull requests": (
        on("iam", "put_role_policy", **PLAN, PolicyName="read", PolicyDocument=EVERYTHING),
        {*LIMITS, *UNBOUNDED},
    ),
    "delete a policy": (on("iam", "delete_role_policy", **PLAN, PolicyName="read"), LIMITS),
    "detach a policy": (
        on("iam", "detach_role_policy", **PLAN, PolicyArn=f"{POLICIES}/{DEV}-tfstate"),
        LIMITS,
    ),
    "drop the boundary": (on("iam", "delete_role_permissions_boundary", **OWN), LIMITS),
    "drop that of what it makes": (
        on("iam", "delete_role_permissions_boundary", RoleName=f"{DEV}-made"),
        NOBODY,
    ),
    "take another boundary": (
        on("iam", "put_role_permissions_boundary", **OWN, **OTHER_BOUNDARY),
        {*LIMITS, *UNBOUNDED},
    ),
    "give another boundary": (
        on("iam", "put_role_permissions_boundary", RoleName=f"{DEV}-made", **OTHER_BOUNDARY),
        UNBOUNDED,
    ),
    "widen the boundary": (
        on(
            "iam",
            "create_policy_version",
            PolicyArn=f"{POLICIES}/{DEV}-boundary",
            PolicyDocument=EVERYTHING,
            SetAsDefault=True,
        ),
        LIMITS,
    ),
    "go back to an older boundary": (
        on(
            "iam",
            "set_default_policy_version",
            PolicyArn=f"{POLICIES}/{DEV}-boundary",
            VersionId="v1",
        ),
        LIMITS,
    ),
    "widen its own policy": (
        on(
            "iam",
            "create_policy_version",
            PolicyArn=f"{POLICIES}/{DEV}-tfstate",
            PolicyDocument=EVERYTHING,
            SetAsDefault=True,
        ),
        LIMITS,
    ),
    "make a policy": (
        on("iam", "create_policy", PolicyName=f"{DEV}-more", PolicyDocument=EVERYTHING),
        LIMITS,
    ),
    "make a role without the boundary": (on("iam", "create_role", **NEW_ROLE), UNBOUNDED),
    "make a role with prod's": (on("iam", "create_role", **NEW_ROLE, **OTHER_BOUNDARY), UNBOUNDED),
    "make a role by another name": (
        on(
            "iam",
            "create_role",
            RoleName="eve",
            AssumeRolePolicyDocument=TRUST,
            PermissionsBoundary=f"{POLICIES}/{DEV}-boundary",
        ),
        {"DenyOtherNames"},
    ),
    "trust somebody else": (
        on("iam", "update_assume_role_policy", **OWN, PolicyDocument=TRUST),
        LIMITS,
    ),
    "hand its role to an instance": (
        on("iam", "add_role_to_instance_profile", InstanceProfileName=f"{DEV}-web", **OWN),
        LIMITS,
    ),
    "assume the other role": (
        on("sts", "assume_role", RoleArn=f"{IAM}:role/{DEV}-plan", RoleSessionName="it"),
        LIMITS,
    ),
    "make a user": (on("iam", "create_user", UserName="eve"), NOBODY),
    "make an access key": (on("iam", "create_access_key", UserName="anna"), NOBODY),
    "trust another provider": (
        on(
            "iam",
            "add_client_id_to_open_id_connect_provider",
            ClientID="eve",
            OpenIDConnectProviderArn=f"{IAM}:oidc-provider/token.actions.githubusercontent.com",
        ),
        NOBODY,
    ),
    "change the bootstrap stack": (
        on("cloudformation", "delete_stack", StackName=f"{DEV}-bootstrap"),
        NOBODY,
    ),
    "lock backups for ever": (
        on(
            "backup",
            "put_backup_vault_lock_configuration",
            BackupVaultName=f"{DEV}-backups",
            MinRetentionDays=1,
            ChangeableForDays=3,
        ),
        {"DenyLockForEver"},
    ),
}
HISTORY, ERASING = {"DenyStateHistory"}, {"DenyErasing"}
TRAIL, FILES = {"Name": f"{PROD}-trail"}, bucket(PROD, "audit")
VAULT = {"BackupVaultName": f"{PROD}-backups"}
STATE_KEY = f"alias/{PROD}-tfstate"
# Of whoever deploys prod, which is protected.
ERASURES: dict[str, tuple[Attack, set[str]]] = {
    "stop the trail": (on("cloudtrail", "stop_logging", **TRAIL), ERASING),
    "delete the trail": (on("cloudtrail", "delete_trail", **TRAIL), ERASING),
    "turn the trail away": (
        on("cloudtrail", "update_trail", **TRAIL, S3BucketName="elsewhere"),
        ERASING,
    ),
    "delete its files": (on("s3", "delete_object", **FILES, Key="AWSLogs/a"), {"DenyErasingTrail"}),
    "delete versions of them": (
        on("s3", "delete_object", **FILES, Key="AWSLogs/a", VersionId="1"),
        {"DenyErasingTrail"},
    ),
    "write over them": (
        on("s3", "put_object", **FILES, Key="AWSLogs/a", Body=b""),
        {"DenyErasingTrail"},
    ),
    "delete their bucket": (on("s3", "delete_bucket", **FILES), {"DenyErasingTrail"}),
    "delete its log": (
        on("logs", "delete_log_group", logGroupName=f"/{PROD}/audit/trail"),
        {"DenyErasingTrail"},
    ),
    "delete a key": (on("kms", "schedule_key_deletion", KeyId="<key>"), ERASING),
    "disable a key": (on("kms", "disable_key", KeyId="<key>"), ERASING),
    "delete a recovery point": (
        on("backup", "delete_recovery_point", **VAULT, RecoveryPointArn="<point>"),
        ERASING,
    ),
    "lift the vault's lock": (
        on("backup", "delete_backup_vault_lock_configuration", **VAULT),
        ERASING,
    ),
    "open the vault": (
        on("backup", "put_backup_vault_access_policy", **VAULT, Policy=OPEN),
        ERASING,
    ),
    "delete a last snapshot": (
        on("rds", "delete_db_snapshot", DBSnapshotIdentifier=f"{PROD}-last"),
        {"DenyErasingTrail"},
    ),
    "delete a version of a state": (
        on("s3", "delete_object", **state(PROD), VersionId="1"),
        HISTORY,
    ),
    "let versions expire": (
        on(
            "s3",
            "put_bucket_lifecycle_configuration",
            **bucket(PROD),
            LifecycleConfiguration=SHORT,
        ),
        HISTORY,
    ),
    "end versions": (
        on("s3", "put_bucket_versioning", **bucket(PROD), VersioningConfiguration=SUSPENDED),
        HISTORY,
    ),
    "open states": (on("s3", "put_bucket_policy", **bucket(PROD), Policy=OPEN), HISTORY),
    "delete a state": (on("s3", "delete_object", **state(PROD)), {"DenyStateDeletion"}),
    "delete who read states": (
        on("s3", "delete_object", **bucket(PROD, "tfstate-logs"), Key="s3/a"),
        {"DenyStateLog"},
    ),
    "write over who read states": (
        on("s3", "put_object", **bucket(PROD, "tfstate-logs"), Key="s3/a", Body=b""),
        {"DenyStateLog"},
    ),
    "open the states' key": (
        on("kms", "put_key_policy", KeyId=STATE_KEY, PolicyName="default", Policy=OPEN),
        {"DenyStateKey"},
    ),
    "take its alias away": (on("kms", "delete_alias", AliasName=STATE_KEY), {"DenyStateKey"}),
}
LOCK = state(DEV, ".tflock")
# Of a pull request in dev.
READING: dict[str, tuple[Attack, set[str]]] = {
    "take a lock": (on("s3", "put_object", **LOCK, Body=b""), {"DenyLocks"}),
    "delete a lock": (on("s3", "delete_object", **LOCK), {"DenyLocks"}),
    "write a state": (on("s3", "put_object", **state(DEV), Body=b""), {"DenyLocks"}),
    "read what visitors leave": (
        on("s3", "get_object", **bucket(DEV, "assets"), Key="uploads/a"),
        {"DenyData"},
    ),
    "read a secret": (
        on("secretsmanager", "get_secret_value", SecretId=f"{DEV}-api"),
        {"DenySecrets"},
    ),
}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    for each in attacked.start(tmp_path_factory.mktemp("limits")):
        assert each.made
        yield each


@pytest.mark.parametrize("name", WIDENING)
def test_a_deployment_widens_nothing(account: Attacked, name: str) -> None:
    attack, statements = WIDENING[name]
    assert account.denied(DEV, "deploy", attack) == statements


@pytest.mark.parametrize("name", ERASURES)
def test_a_deployment_erases_nothing_that_is_protected(account: Attacked, name: str) -> None:
    attack, statements = ERASURES[name]
    assert account.denied(PROD, "deploy", attack) == statements


@pytest.mark.parametrize("name", READING)
def test_a_pull_request_takes_nothing(account: Attacked, name: str) -> None:
    attack, statements = READING[name]
    assert account.denied(DEV, "plan", attack) == statements


def test_a_deployment_makes_roles_within_the_boundary_and_leaves_its_state(
    account: Attacked,
) -> None:
    aws, name = account.act(DEV, "deploy"), f"{DEV}-web"
    iam, s3 = aws.client("iam"), aws.client("s3")
    boundary = account.environments[DEV].naming.boundary
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, PermissionsBoundary=boundary)
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=EVERYTHING)
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"] == {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": boundary,
    }
    iam.delete_role_policy(RoleName=name, PolicyName="all")
    iam.delete_role(RoleName=name)
    key = account.environments[DEV].naming.arn("kms", f"alias/{DEV}-tfstate")
    for each in (state(DEV), LOCK):
        s3.put_object(**each, Body=b"{}", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    s3.delete_object(**LOCK)
    seen = account.act(DEV, "plan").client("s3").get_object(**state(DEV))
    assert seen["Body"].read() == b"{}"


def test_a_deployment_locks_backups_as_long_as_somebody_can_lift_it(account: Attacked) -> None:
    backup: Any = account.act(PROD, "deploy").client("backup")
    backup.put_backup_vault_lock_configuration(BackupVaultName=account.vault, MinRetentionDays=7)
    assert backup.describe_backup_vault(BackupVaultName=account.vault)["Locked"]
    assert ACCOUNT in account.point
