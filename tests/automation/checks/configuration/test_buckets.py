from collections.abc import Callable
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks import run
from automation.checks.configuration.storage import BucketChecks
from config import Settings
from tests.automation.checks.configuration.account import (
    LOG_DELIVERY,
    MODERN_TLS_ONLY,
    TLS_ONLY,
    Account,
    failed,
    policy,
)

Break = Callable[[Clients, str], object]
READ_BY_ALL = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


@pytest.fixture
def assets(account: Account, clients: Clients) -> str:
    name = account.bucket("assets", key_arn=account.key("storage"))
    logs = account.bucket("logs", key_arn=account.key("logs"))
    arn = f"arn:aws:s3:::{logs}/s3/{name}/*"
    clients.s3.put_bucket_policy(Bucket=logs, Policy=policy({**LOG_DELIVERY, "Resource": arn}))
    target: Any = {"TargetBucket": logs, "TargetPrefix": f"s3/{name}/"}
    clients.s3.put_bucket_logging(
        Bucket=name,
        BucketLoggingStatus={"LoggingEnabled": target},
    )
    account.protect(name)
    return name


def found(clients: Clients, settings: Settings) -> set[str]:
    bucket = BucketChecks("assets", key="storage")
    return failed(run("storage", clients, settings, bucket.by_subject() | bucket.logged()))


@pytest.mark.usefixtures("assets")
def test_a_sound_bucket_passes(clients: Clients, settings: Settings) -> None:
    assert found(clients, settings) == set()


def use_keys_of_s3(clients: Clients, name: str) -> None:
    default: Any = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    clients.s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration=default,
    )


def use_another_key(clients: Clients, name: str) -> None:
    other = clients.kms.create_key()["KeyMetadata"]["Arn"]
    default: Any = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": other}
    clients.s3.put_bucket_encryption(
        Bucket=name,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
        },
    )


@pytest.mark.parametrize(
    ("break_it", "what"),
    [
        (
            lambda clients, name: clients.s3.put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Suspended"}
            ),
            "versions: state",
        ),
        (use_another_key, "encryption: key"),
        (use_keys_of_s3, "encryption: algorithm"),
        (
            lambda clients, name: clients.s3.put_public_access_block(
                Bucket=name, PublicAccessBlockConfiguration={"BlockPublicAcls": True}
            ),
            "public access: is blocked by",
        ),
        (
            lambda clients, name: clients.s3.delete_public_access_block(Bucket=name),
            "public access",
        ),
        (
            lambda clients, name: clients.s3.delete_bucket_ownership_controls(Bucket=name),
            "owner",
        ),
        (lambda clients, name: clients.s3.delete_bucket_policy(Bucket=name), "policy"),
        (
            lambda clients, name: clients.s3.put_bucket_policy(
                Bucket=name, Policy=policy(READ_BY_ALL, MODERN_TLS_ONLY)
            ),
            "policy: refuses plain HTTP",
        ),
        (
            lambda clients, name: clients.s3.put_bucket_policy(
                Bucket=name, Policy=policy(TLS_ONLY)
            ),
            "policy: refuses TLS before",
        ),
        (
            lambda clients, name: clients.s3.put_bucket_logging(
                Bucket=name, BucketLoggingStatus={}
            ),
            "access log: goes to",
        ),
    ],
)
def test_a_bucket_that_lacks_something_fails(
    break_it: Break, what: str, assets: str, clients: Clients, settings: Settings
) -> None:
    break_it(clients, assets)
    assert f"assets bucket {what}" in found(clients, settings)


def test_a_refusal_with_further_conditions_is_none(
    assets: str, clients: Clients, settings: Settings
) -> None:
    narrow = {**TLS_ONLY, "Condition": {**TLS_ONLY["Condition"], "StringEquals": {"a:b": "c"}}}
    clients.s3.put_bucket_policy(Bucket=assets, Policy=policy(narrow, MODERN_TLS_ONLY))
    assert found(clients, settings) == {"assets bucket policy: refuses plain HTTP"}


def test_a_missing_bucket_fails_in_every_respect(clients: Clients, settings: Settings) -> None:
    assert len(found(clients, settings)) == 6
