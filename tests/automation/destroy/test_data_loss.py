import time
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.aws.clients import Clients
from automation.destroy.data_loss import HARMLESS, LOOKS, DeployedResource, losses, size, staying
from automation.rehearse.account import session
from tests.automation.accounts import Account
from tests.conftest import Tiers
from tests.promises import SHIPPED, every


def told(account: Account, type_: str, **attributes: Any) -> str:
    resource = DeployedResource("tier", type_, "name", attributes)

    def clients(region: str) -> Clients:
        return Clients(session(account.emulator), region or account.settings.region)

    (loss,) = losses(clients, [resource, DeployedResource("tier", "aws_vpc", "none", {})])
    return str(loss)


def test_a_bucket_with_every_version(account: Account) -> None:
    s3 = account.client("s3")
    place = {"LocationConstraint": account.settings.region}
    s3.create_bucket(Bucket="assets", CreateBucketConfiguration=place)
    assert told(account, "aws_s3_bucket", bucket="assets") == (
        "tier: bucket assets: 0 object versions, 0 bytes"
    )
    s3.put_bucket_versioning(Bucket="assets", VersioningConfiguration={"Status": "Enabled"})
    for length in (1000, 1048):
        s3.put_object(Bucket="assets", Key="one", Body=b"x" * length)
    assert told(account, "aws_s3_bucket", bucket="assets") == (
        "tier: bucket assets: 2 object versions, 2.0 KiB"
    )


def test_a_bucket_that_is_gone(account: Account) -> None:
    assert told(account, "aws_s3_bucket", bucket="nowhere") == (
        "tier: bucket nowhere: AWS does not tell: NoSuchBucket"
    )


DISPOSABLE = {"skip_final_snapshot": True, "delete_automated_backups": True}
RECOVERABLE = {
    "skip_final_snapshot": False,
    "delete_automated_backups": False,
    "final_snapshot_identifier": "db-final",
}


@pytest.mark.parametrize(
    ("attributes", "detail"),
    [
        (DISPOSABLE, "20 GiB, no final snapshot, automated backups deleted with it"),
        (
            RECOVERABLE,
            "20 GiB, kept as the final snapshot db-final, automated backups kept until they expire",
        ),
        (
            {"replicate_source_db": "db", "skip_final_snapshot": True},
            "a read replica: its source has the data",
        ),
    ],
)
def test_a_database(account: Account, attributes: Mapping[str, Any], detail: str) -> None:
    given_ = {"identifier": "db", "allocated_storage": 20, **attributes}
    assert told(account, "aws_db_instance", **given_) == f"tier: database db: {detail}"


def test_a_log_group_where_it_is(account: Account) -> None:
    logs = session(account.emulator).client("logs", region_name="us-east-1")
    logs.create_log_group(logGroupName="waf")
    logs.create_log_stream(logGroupName="waf", logStreamName="s")
    logs.put_log_events(
        logGroupName="waf",
        logStreamName="s",
        logEvents=[{"timestamp": int(time.time() * 1000), "message": "x" * 74}],
    )
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:waf"
    assert told(account, "aws_cloudwatch_log_group", name="waf", arn=arn).startswith(
        "tier: log group waf: "
    )


def test_backups(account: Account) -> None:
    account.client("backup").create_backup_vault(BackupVaultName="vault")
    assert told(account, "aws_backup_vault", name="vault") == (
        "tier: backup vault vault: 0 recovery points"
    )


@pytest.mark.parametrize(
    ("type_", "attributes", "line"),
    [
        (
            "aws_secretsmanager_secret",
            {"recovery_window_in_days": 0},
            "secret x: gone at once, and its name is free",
        ),
        (
            "aws_secretsmanager_secret",
            {"recovery_window_in_days": 30},
            "secret x: can be restored for 30 days, for which nothing else can have its name",
        ),
        (
            "aws_kms_key",
            {"deletion_window_in_days": 7, "key_id": "1-2"},
            "key x: of no use from now on, deleted after 7 days (until then `aws kms "
            "cancel-key-deletion --key-id 1-2`): all that it encrypts, snapshots too, is "
            "unreadable from then on",
        ),
        (
            "aws_route53_zone",
            {},
            "hosted zone x: a new one has other name servers, which the registrar has to be told",
        ),
    ],
)
def test_what_the_state_tells(
    account: Account, type_: str, attributes: Mapping[str, Any], line: str
) -> None:
    assert told(account, type_, name="x", **attributes) == f"tier: {line}"


def test_a_key_that_stays_is_told_with_the_way_to_end_it() -> None:
    attributes = {"key_id": "1-2", "arn": "arn:aws:kms:us-west-2:123456789012:key/1-2", "id": "1-2"}
    assert staying(DeployedResource("security", "aws_kms_key", "data", attributes)) == (
        "security: key 1-2: it encrypts the last snapshot and the backups: without them, "
        "`aws kms schedule-key-deletion --key-id 1-2 --region us-west-2`"
    )


def test_a_type_that_nobody_has_thought_about_is_told(account: Account) -> None:
    assert told(account, "aws_dynamodb_table", name="carts") == (
        "tier: aws_dynamodb_table carts: whether it holds data is not known here: see for yourself"
    )


def test_what_has_no_name_is_called_as_in_the_code(account: Account) -> None:
    assert told(account, "terraform_data").startswith("tier: terraform_data name: ")


def test_every_type_that_ships_is_harmless_or_looked_at(platform: Tiers) -> None:
    types = {address.partition(".")[0] for tier, address, _ in every(platform) if tier in SHIPPED}
    assert types - HARMLESS - LOOKS.keys() == set()
    assert not HARMLESS & LOOKS.keys()


def test_attributes_are_not_printed_by_accident() -> None:
    assert "hunter2" not in repr(DeployedResource("tier", "t", "n", {"password": "hunter2"}))


@given(st.integers(0, 2**60))
def test_a_size_is_short(number: int) -> None:
    amount, unit = size(number).split()
    assert unit in {"bytes", "KiB", "MiB", "GiB", "TiB"}
    assert float(amount) < 1024.1 or unit == "TiB"


def test_sizes() -> None:
    assert [size(each) for each in (0, 1023, 1024, 1536 * 1024, 2**40)] == [
        "0 bytes",
        "1023 bytes",
        "1.0 KiB",
        "1.5 MiB",
        "1.0 TiB",
    ]
