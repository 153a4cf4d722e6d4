"""The deploy role makes the vault of copies and its key, in another region than its own."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from automation.emulator import Emulator
from automation.rehearse.account import bootstrap_account, role_of, session
from config import Settings, load
from tests.automation.bootstrap import runs

ELSEWHERE = "eu-west-1"


@pytest.fixture(scope="module")
def settings() -> Settings:
    return load("dev")


@pytest.fixture(scope="module")
def deploy(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[boto3.Session]:
    folder = tmp_path_factory.mktemp("copies")
    region, account = settings.region, settings.account_id
    with Emulator(account_id=account, region=region, workspace=folder) as emulator:
        bootstrap_account(emulator, settings, github=runs.main_of())
        yield session(emulator, role_of(emulator, settings, "deploy"))


def tags(settings: Settings, **others: str) -> list[dict[str, str]]:
    values = {**settings.naming.tags, **others}
    return [{"TagKey": key, "TagValue": value} for key, value in values.items()]


def test_a_vault_with_its_key_and_lock_is_made_and_taken_away(
    deploy: boto3.Session, settings: Settings
) -> None:
    kms: Any = deploy.client("kms", region_name=ELSEWHERE)
    backup: Any = deploy.client("backup", region_name=ELSEWHERE)
    key = kms.create_key(Tags=tags(settings))["KeyMetadata"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    alias = f"alias/{settings.naming.name('backup')}"
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    name = settings.naming.name("backups")
    vault: Any = {"BackupVaultName": name}
    backup.create_backup_vault(
        **vault, EncryptionKeyArn=key["Arn"], BackupVaultTags=dict(settings.naming.tags)
    )
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=7)
    assert backup.describe_backup_vault(**vault)["EncryptionKeyArn"] == key["Arn"]
    vaults = backup.list_backup_vaults()["BackupVaultList"]
    assert name in [each["BackupVaultName"] for each in vaults]
    backup.delete_backup_vault_lock_configuration(**vault)
    backup.delete_backup_vault(**vault)
    kms.delete_alias(AliasName=alias)
    kms.schedule_key_deletion(KeyId=key["KeyId"])


@pytest.mark.parametrize(
    ("service", "call", "arguments"),
    [
        ("kms", "create_key", {}),
        ("backup", "create_backup_vault", {"BackupVaultName": "prod-349081-backups"}),
        ("rds", "describe_db_instances", {}),
        ("sns", "create_topic", {"Name": "dev-349081-alarms"}),
    ],
)
def test_nothing_else_is_made_there(
    deploy: boto3.Session, service: Any, call: str, arguments: dict[str, str]
) -> None:
    client = deploy.client(service, region_name=ELSEWHERE)
    with pytest.raises(ClientError, match="not authorized to perform"):
        getattr(client, call)(**arguments)


def test_a_key_of_another_environment_is_not_made(
    deploy: boto3.Session, settings: Settings
) -> None:
    kms: Any = deploy.client("kms", region_name=ELSEWHERE)
    with pytest.raises(ClientError, match="not authorized to perform: kms:CreateKey"):
        kms.create_key(Tags=tags(settings, Environment="prod"))
