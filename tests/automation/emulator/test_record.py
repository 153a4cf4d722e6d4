"""What an emulator writes down of the calls that reach it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from automation.emulator import Emulator


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("recorded")
    account = {"account_id": "123456789012", "region": "us-west-2"}
    with Emulator(**account, workspace=folder) as emulator:  # type: ignore[arg-type]
        secrets = emulator.client("secretsmanager")
        secrets.create_secret(Name="a", SecretString="not for others")
        backup = emulator.client("backup")
        backup.create_backup_vault(BackupVaultName="vault", BackupVaultTags={"Owner": "us"})
        s3 = emulator.client("s3", region="us-east-1")
        s3.create_bucket(Bucket="of-a-test")
        s3.put_object(Bucket="of-a-test", Key="k", Body=b"12345")
        with pytest.raises(secrets.exceptions.ResourceNotFoundException):
            secrets.describe_secret(SecretId="b")
    return _read(folder / "calls.jsonl")


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_every_call_is_there_with_its_status(calls: list[dict[str, Any]]) -> None:
    assert [(each["service"], each["name"], each["status"]) for each in calls] == [
        ("secretsmanager", "CreateSecret", 200),
        ("backup", "CreateBackupVault", 200),
        ("s3", "CreateBucket", 200),
        ("s3", "PutObject", 200),
        ("secretsmanager", "DescribeSecret", 404),
    ]
    assert {each["principal"] for each in calls} == {"arn:aws:iam::123456789012:root"}
    assert calls[2]["region"] == "us-east-1"


def test_secrets_and_objects_are_not(calls: list[dict[str, Any]]) -> None:
    assert calls[0]["parameters"]["SecretString"] == "***"
    assert calls[1]["parameters"]["BackupVaultTags"] == {"Owner": "***"}
    assert re.fullmatch(r"\d+ bytes", calls[3]["parameters"]["Body"])
    assert "not for others" not in str(calls)
