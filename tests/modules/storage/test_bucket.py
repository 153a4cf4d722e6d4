from typing import Any

import pytest

from config import Naming
from modules.policy import Statement
from modules.storage.bucket import Bucket
from modules.storage.lifecycle import Lifecycle
from tests.synthesized import Synthesized, policy, synthesize

KEY = "arn:aws:kms:us-west-2:123456789012:key/storage"


def bucket(naming: Naming, **arguments: Any) -> Synthesized:
    lifecycle = arguments.pop("lifecycle", Lifecycle(noncurrent_version_days=90))
    return synthesize(
        lambda stack: Bucket(
            stack, "assets", naming=naming, purpose="assets", lifecycle=lifecycle, **arguments
        )
    )


def test_a_bucket_is_private_versioned_and_owned(naming: Naming) -> None:
    stack = bucket(naming)
    assert stack.has("aws_s3_bucket", bucket="prod-349081-assets-123456789012")
    assert stack.has("aws_s3_bucket_versioning", versioning_configuration={"status": "Enabled"})
    assert stack.has(
        "aws_s3_bucket_ownership_controls", rule={"object_ownership": "BucketOwnerEnforced"}
    )
    assert stack.has(
        "aws_s3_bucket_public_access_block",
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (KEY, {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY}),
        (None, {"sse_algorithm": "AES256"}),
    ],
)
def test_encryption(naming: Naming, key: str | None, expected: dict[str, str]) -> None:
    stack = bucket(naming, kms_key_arn=key)
    (rule,) = stack.only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["apply_server_side_encryption_by_default"] == expected
    assert rule["bucket_key_enabled"] is (key is not None)


def test_the_policy_refuses_plain_and_outdated_transport(naming: Naming) -> None:
    statements = policy(bucket(naming).only("aws_s3_bucket_policy")["policy"])
    arn = "arn:aws:s3:::prod-349081-assets-123456789012"
    conditions = {
        "DenyInsecureTransport": {"Bool": {"aws:SecureTransport": "false"}},
        "DenyOutdatedTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }
    assert set(statements) == set(conditions)
    for sid, condition in conditions.items():
        assert statements[sid]["Effect"] == "Deny"
        assert statements[sid]["Principal"] == {"AWS": "*"}
        assert statements[sid]["Resource"] == [arn, f"{arn}/*"]
        assert statements[sid]["Condition"] == condition


def test_further_statements_join_the_policy(naming: Naming) -> None:
    statement = Statement(
        sid="Extra", actions=["s3:GetObject"], resources=["*"], principals={"AWS": "*"}
    )
    stack = bucket(naming, statements=[statement])
    assert "Extra" in policy(stack.only("aws_s3_bucket_policy")["policy"])


def test_access_is_logged_below_the_bucket_s_name(naming: Naming) -> None:
    assert not bucket(naming).resources("aws_s3_bucket_logging")
    assert bucket(naming, access_log_bucket="logs").has(
        "aws_s3_bucket_logging",
        target_bucket="logs",
        target_prefix="s3/prod-349081-assets-123456789012/",
    )


def test_lifecycle_days(naming: Naming) -> None:
    lifecycle = Lifecycle(
        noncurrent_version_days=9, expiration_days=365, intelligent_tiering_days=30
    )
    stack = bucket(naming, lifecycle=lifecycle)
    versions, current = stack.only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert versions["noncurrent_version_expiration"] == [{"noncurrent_days": 9}]
    assert versions["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
    assert current["expiration"] == [{"days": 365}]
    assert current["transition"] == [{"days": 30, "storage_class": "INTELLIGENT_TIERING"}]


def test_current_objects_stay_unless_days_are_given(naming: Naming) -> None:
    (rule,) = bucket(naming).only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["id"] == "replaced-versions"
