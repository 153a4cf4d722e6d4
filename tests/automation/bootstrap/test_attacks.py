"""Attacks on prod, in dev's roles, where both share an account: all of them are denied.

Each names the statements of the policies that deny it; `NOBODY` where nothing allows it.
"""

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

NOBODY: set[str] = set()
NAMES, TAGS = {"DenyOtherNames"}, {"DenyOtherEnvironments"}
BOTH = NAMES | TAGS
OURS = {"Environment": "dev"}
PAIRS: Any = [{"Key": "Environment", "Value": "dev"}]
SUSPENDED: Any = {"Status": "Suspended"}
OPEN = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", '
    '"Principal": {"AWS": "*"}, "Resource": "*"}]}'
)
SHORT: Any = {"Rules": [{"ID": "a", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 1}}]}


TRAIL, ROLE = f"{PROD}-trail", f"{PROD}-application"
VAULT = {"BackupVaultName": "<vault>"}
POINT = {**VAULT, "RecoveryPointArn": "<point>"}
# The attack, and what denies it to whoever deploys.
ATTACKS: dict[str, tuple[Attack, set[str]]] = {
    # Keys.
    "delete a key": (on("kms", "schedule_key_deletion", KeyId="<key>"), TAGS),
    "disable a key": (on("kms", "disable_key", KeyId="<key>"), TAGS),
    "open a key": (
        on("kms", "put_key_policy", KeyId="<key>", PolicyName="default", Policy=OPEN),
        TAGS,
    ),
    "use a key": (on("kms", "encrypt", KeyId="<key>", Plaintext=b"x"), TAGS),
    "take an alias away": (on("kms", "delete_alias", AliasName=f"alias/{PROD}-data"), TAGS),
    # Backups.
    "delete a snapshot": (
        on("rds", "delete_db_snapshot", DBSnapshotIdentifier=f"{PROD}-last"),
        NAMES,
    ),
    "share a snapshot": (
        on(
            "rds",
            "modify_db_snapshot_attribute",
            DBSnapshotIdentifier=f"{PROD}-last",
            AttributeName="restore",
            ValuesToAdd=["999999999999"],
        ),
        NAMES,
    ),
    "delete automated backups": (
        on(
            "rds",
            "delete_db_instance_automated_backup",
            DBInstanceAutomatedBackupsArn=f"arn:aws:rds:us-west-2:{ACCOUNT}:auto-backup:ab-1",
        ),
        NAMES,
    ),
    "end automated backups": (
        on(
            "rds",
            "modify_db_instance",
            DBInstanceIdentifier=f"{PROD}-database",
            BackupRetentionPeriod=0,
        ),
        NAMES,
    ),
    "delete a recovery point": (on("backup", "delete_recovery_point", **POINT), TAGS),
    "shorten its life": (
        on("backup", "update_recovery_point_lifecycle", **POINT, Lifecycle={"DeleteAfterDays": 1}),
        TAGS,
    ),
    "delete a vault": (on("backup", "delete_backup_vault", **VAULT), BOTH),
    "lift a vault's lock": (on("backup", "delete_backup_vault_lock_configuration", **VAULT), BOTH),
    "ease a vault's lock": (
        on("backup", "put_backup_vault_lock_configuration", **VAULT, MinRetentionDays=1),
        BOTH,
    ),
    "open a vault": (on("backup", "put_backup_vault_access_policy", **VAULT, Policy=OPEN), BOTH),
    "end backups of the account": (
        on("backup", "update_region_settings", ResourceTypeOptInPreference={"RDS": False}),
        {"DenyAccountSettings"},
    ),
    # States, and what keeps them.
    "read a state": (on("s3", "get_object", **state(PROD)), NAMES),
    "write a state": (on("s3", "put_object", **state(PROD), Body=b""), NAMES),
    "delete a version": (on("s3", "delete_object", **state(PROD), VersionId="1"), NAMES),
    "let versions expire": (
        on(
            "s3",
            "put_bucket_lifecycle_configuration",
            **bucket(PROD),
            LifecycleConfiguration=SHORT,
        ),
        NAMES,
    ),
    "end versions": (
        on("s3", "put_bucket_versioning", **bucket(PROD), VersioningConfiguration=SUSPENDED),
        NAMES,
    ),
    "open states": (on("s3", "put_bucket_policy", **bucket(PROD), Policy=OPEN), NAMES),
    "delete a lock": (on("s3", "delete_object", **state(PROD, ".tflock")), NAMES),
    # Secrets.
    "read a secret": (
        on("secretsmanager", "get_secret_value", SecretId="<secret>"),
        {*TAGS, "DenySecrets"},
    ),
    "open a secret": (
        on("secretsmanager", "put_resource_policy", SecretId="<secret>", ResourcePolicy=OPEN),
        BOTH,
    ),
    "delete a secret": (on("secretsmanager", "delete_secret", SecretId="<secret>"), BOTH),
    "read a parameter": (on("ssm", "get_parameter", Name="<parameter>"), NAMES),
    "read parameters": (on("ssm", "get_parameters", Names=[f"/{PROD}/api"]), NAMES),
    "read all parameters": (on("ssm", "get_parameters_by_path", Path=f"/{PROD}"), NAMES),
    "delete parameters": (on("ssm", "delete_parameters", Names=[f"/{PROD}/api"]), NAMES),
    # The trail.
    "stop a trail": (on("cloudtrail", "stop_logging", Name=TRAIL), NAMES),
    "delete a trail": (on("cloudtrail", "delete_trail", Name=TRAIL), NAMES),
    "turn a trail away": (
        on("cloudtrail", "update_trail", Name=TRAIL, S3BucketName="elsewhere"),
        NAMES,
    ),
    "narrow a trail": (
        on("cloudtrail", "put_event_selectors", TrailName=TRAIL, EventSelectors=[]),
        NAMES,
    ),
    "delete its files": (
        on("s3", "delete_object", **bucket(PROD, "audit"), Key="AWSLogs/a", VersionId="1"),
        NAMES,
    ),
    "let its files expire": (
        on(
            "s3",
            "put_bucket_lifecycle_configuration",
            **bucket(PROD, "audit"),
            LifecycleConfiguration=SHORT,
        ),
        NAMES,
    ),
    "open its files": (on("s3", "put_bucket_policy", **bucket(PROD, "audit"), Policy=OPEN), NAMES),
    "delete its log": (on("logs", "delete_log_group", logGroupName="<logs>"), BOTH),
    "shorten its log": (
        on("logs", "put_retention_policy", logGroupName="<logs>", retentionInDays=1),
        BOTH,
    ),
    # Roles.
    "assume a role": (
        on("sts", "assume_role", RoleArn=f"{IAM}:role/{PROD}-deploy", RoleSessionName="it"),
        NAMES,
    ),
    "take a role along": (
        on("iam", "add_role_to_instance_profile", InstanceProfileName=f"{DEV}-web", RoleName=ROLE),
        NAMES,
    ),
    "widen a role": (
        on("iam", "put_role_policy", RoleName=ROLE, PolicyName="a", PolicyDocument=EVERYTHING),
        {*NAMES, "DenyUnbounded"},
    ),
    "trust oneself": (
        on("iam", "update_assume_role_policy", RoleName=ROLE, PolicyDocument=TRUST),
        NAMES,
    ),
    # Tags, by which environments are told from each other.
    "tag a key": (
        on(
            "kms",
            "tag_resource",
            KeyId="<key>",
            Tags=[{"TagKey": "Environment", "TagValue": "dev"}],
        ),
        TAGS,
    ),
    "untag a key": (on("kms", "untag_resource", KeyId="<key>", TagKeys=["Environment"]), TAGS),
    "tag a secret": (on("secretsmanager", "tag_resource", SecretId="<secret>", Tags=PAIRS), TAGS),
    "untag a secret": (
        on("secretsmanager", "untag_resource", SecretId="<secret>", TagKeys=["Environment"]),
        TAGS,
    ),
    "tag a log group": (on("logs", "tag_resource", resourceArn="<log_group>", tags=OURS), TAGS),
    "untag a log group": (
        on("logs", "untag_resource", resourceArn="<log_group>", tagKeys=["Environment"]),
        TAGS,
    ),
    "tag a vault": (on("backup", "tag_resource", ResourceArn="<vault_arn>", Tags=OURS), TAGS),
    "untag a vault": (
        on("backup", "untag_resource", ResourceArn="<vault_arn>", TagKeyList=["Environment"]),
        TAGS,
    ),
    "tag what a database has": (
        on("rds", "add_tags_to_resource", ResourceName="<group>", Tags=PAIRS),
        TAGS,
    ),
    "untag what a database has": (
        on("rds", "remove_tags_from_resource", ResourceName="<group>", TagKeys=["Environment"]),
        TAGS,
    ),
    "tag a network": (on("ec2", "create_tags", Resources=["<network>"], Tags=PAIRS), TAGS),
    "untag a network": (on("ec2", "delete_tags", Resources=["<network>"], Tags=PAIRS), TAGS),
    "tag a bucket": (
        on("s3", "put_bucket_tagging", **bucket(PROD), Tagging={"TagSet": PAIRS}),
        NAMES,
    ),
    "tag anything": (
        on(
            "resourcegroupstaggingapi",
            "tag_resources",
            ResourceARNList=[f"arn:aws:s3:::{PROD}"],
            Tags=OURS,
        ),
        NOBODY,
    ),
}
# What a pull request is denied by a statement of its own; nothing allows it the rest.
OF_PLANS = {
    "read a state": {"DenyData"},
    "read a secret": {"DenySecrets"},
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    yield from attacked.start(tmp_path_factory.mktemp("shared"))


@pytest.mark.parametrize("name", ATTACKS)
def test_whoever_deploys_dev_is_denied(shared: Attacked, name: str) -> None:
    attack, statements = ATTACKS[name]
    assert shared.denied(DEV, "deploy", attack) == statements


@pytest.mark.parametrize("name", ATTACKS)
def test_a_pull_request_of_dev_is_denied(shared: Attacked, name: str) -> None:
    assert shared.denied(DEV, "plan", ATTACKS[name][0]) == OF_PLANS.get(name, NOBODY)


@pytest.mark.parametrize("name", ATTACKS)
def test_so_is_the_widest_role_that_a_deployment_can_make(shared: Attacked, name: str) -> None:
    attack, statements = ATTACKS[name]
    assert shared.denied(DEV, shared.made, attack) == statements - {"DenySecrets"}


def test_an_access_point_leads_into_no_other_bucket(shared: Attacked) -> None:
    """AWS asks for the bucket, too.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    point = (
        shared.act(DEV, "deploy")
        .client("s3control")
        .create_access_point(AccountId=ACCOUNT, Name=f"{DEV}-way-in", **bucket(PROD))
    )
    read = on("s3", "get_object", **{**state(PROD), "Bucket": point["AccessPointArn"]})
    assert shared.denied(DEV, "deploy", read) == NAMES
