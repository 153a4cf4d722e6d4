"""What holds data or identity in an account, so that a change which loses any of it shows."""

from collections.abc import Iterator
from typing import Any

from automation.emulator import Emulator
from config import Settings

_GLOBAL = "us-east-1"


def inventory(account: Emulator, settings: Settings) -> frozenset[str]:
    """One line for each thing that is lost with its data: what comes in its place is another."""
    regions = sorted({settings.region, _GLOBAL})
    return frozenset(
        [
            *_buckets(account.client("s3")),
            *_zones(account.client("route53")),
            *_database(account.client("rds")),
            *_vaults(account.client("backup")),
            *_secrets(account.client("secretsmanager")),
            *(
                each
                for region in regions
                for each in _log_groups(account.client("logs", region=region))
            ),
            *(each for region in regions for each in _keys(account.client("kms", region=region))),
        ]
    )


def _buckets(s3: Any) -> Iterator[str]:
    for each in s3.list_buckets()["Buckets"]:
        yield f"bucket {each['Name']} of {each['CreationDate']}"


def _zones(route53: Any) -> Iterator[str]:
    for each in route53.list_hosted_zones()["HostedZones"]:
        yield f"hosted zone {each['Id']}"


def _database(rds: Any) -> Iterator[str]:
    """The primary: a replica has nothing that it has not."""
    for each in rds.describe_db_instances()["DBInstances"]:
        if not each.get("ReadReplicaSourceDBInstanceIdentifier"):
            yield f"database {each['DBInstanceIdentifier']}, {each['DbiResourceId']}"


def _vaults(backup: Any) -> Iterator[str]:
    for each in backup.list_backup_vaults()["BackupVaultList"]:
        yield f"vault {each['BackupVaultName']} of {each['CreationDate']}"


def _secrets(secrets: Any) -> Iterator[str]:
    """Those that RDS makes and takes away are its own."""
    for each in secrets.list_secrets()["SecretList"]:
        if not each["Name"].startswith("rds!"):
            yield f"secret {each['ARN']}"


def _log_groups(logs: Any) -> Iterator[str]:
    for page in logs.get_paginator("describe_log_groups").paginate():
        for each in page["logGroups"]:
            yield f"log group {each['arn']} of {each['creationTime']}"


def _keys(kms: Any) -> Iterator[str]:
    for page in kms.get_paginator("list_keys").paginate():
        for each in page["Keys"]:
            key = kms.describe_key(KeyId=each["KeyId"])["KeyMetadata"]
            if key["KeyState"] == "Enabled":
                yield f"key {each['KeyArn']}"
