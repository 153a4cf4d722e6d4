from cdktf import TerraformStack

from config import Naming
from modules.audit.trail import Trail, trail_arn, trail_delivery
from modules.storage.bucket import Bucket
from modules.storage.lifecycle import Lifecycle
from tests.synthesized import Resource, Synthesized, policy, synthesize

KEY = "arn:aws:kms:us-west-2:123456789012:key/logs"
ASSETS = "arn:aws:s3:::prod-assets"
ACCESS_POINT = "arn:aws:s3:us-west-2:123456789012:accesspoint/prod-assets"
TRAIL = "arn:aws:cloudtrail:us-west-2:123456789012:trail/prod-349081-trail"


def trail(naming: Naming) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        bucket = Bucket(
            stack,
            "bucket",
            naming=naming,
            purpose="audit",
            lifecycle=Lifecycle(noncurrent_version_days=90, expiration_days=2555),
            kms_key_arn=KEY,
            access_log_bucket="prod-logs",
            statements=trail_delivery(
                naming, naming.bucket_arn("audit"), trail_arn=trail_arn(naming)
            ),
        )
        Trail(
            stack,
            "trail",
            naming=naming,
            bucket=bucket,
            kms_key_arn=KEY,
            log_group_retention_in_days=365,
            bucket_arns=[ASSETS],
            access_point_arns=[ACCESS_POINT],
        )

    return synthesize(build)


def selector(stack: Synthesized, name: str) -> dict[str, Resource]:
    selectors = stack.only("aws_cloudtrail")["advanced_event_selector"]
    (found,) = (each for each in selectors if each["name"] == name)
    return {field["field"]: field for field in found["field_selector"]}


def test_every_region_is_recorded_encrypted_and_validated(naming: Naming) -> None:
    assert trail(naming).has(
        "aws_cloudtrail",
        name="prod-349081-trail",
        is_multi_region_trail=True,
        include_global_service_events=True,
        enable_log_file_validation=True,
        kms_key_id=KEY,
    )


def test_objects_are_recorded_in_the_bucket_and_through_the_access_point(naming: Naming) -> None:
    stack = trail(naming)
    management = selector(stack, "Management")
    assert management["eventCategory"]["equals"] == ["Management"]
    assert set(management) == {"eventCategory"}
    for name, kind, prefix in (
        ("Objects in buckets", "AWS::S3::Object", f"{ASSETS}/"),
        ("Objects through access points", "AWS::S3::AccessPoint", ACCESS_POINT),
    ):
        fields = selector(stack, name)
        assert fields["eventCategory"]["equals"] == ["Data"]
        assert fields["resources.type"]["equals"] == [kind]
        assert fields["resources.ARN"]["starts_with"] == [prefix]
        assert "eventName" not in fields


def test_of_its_own_files_the_trail_records_that_they_are_deleted(naming: Naming) -> None:
    fields = selector(trail(naming), "Files of the trail")
    (prefix,) = fields["resources.ARN"]["starts_with"]
    assert prefix.startswith("${aws_s3_bucket.") or "audit" in prefix
    assert fields["eventName"]["starts_with"] == ["Delete"]


def test_unusual_rates_are_noticed(naming: Naming) -> None:
    insights = trail(naming).only("aws_cloudtrail")["insight_selector"]
    assert {each["insight_type"] for each in insights} == {
        "ApiCallRateInsight",
        "ApiErrorRateInsight",
    }


def test_the_trail_waits_for_what_lets_it_write(naming: Naming) -> None:
    found = trail(naming).only("aws_cloudtrail")
    assert found["s3_bucket_name"].startswith("${aws_s3_bucket_policy.")
    (permission,) = found["depends_on"]
    assert permission.startswith("aws_iam_role_policy.")


def test_the_bucket_lets_this_trail_alone_write(naming: Naming) -> None:
    statements = policy(trail(naming).only("aws_s3_bucket_policy")["policy"])
    check, write = statements["CheckForTrail"], statements["WriteTrail"]
    bucket = "arn:aws:s3:::prod-349081-audit-123456789012"
    assert check["Action"] == ["s3:GetBucketAcl"]
    assert check["Resource"] == [bucket]
    assert check["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
    assert write["Action"] == ["s3:PutObject"]
    assert write["Resource"] == [f"{bucket}/AWSLogs/123456789012/*"]
    assert write["Condition"] == {
        "StringEquals": {
            "aws:SourceArn": TRAIL,
            "s3:x-amz-acl": "bucket-owner-full-control",
        }
    }


def test_the_role_writes_the_trails_streams_alone(naming: Naming) -> None:
    stack = trail(naming)
    statement = policy(stack.only("aws_iam_role_policy")["policy"])["WriteTrail"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    (resource,) = statement["Resource"]
    assert resource.endswith(":log-stream:123456789012_CloudTrail_us-west-2*")
    assert stack.has(
        "aws_cloudwatch_log_group",
        name="/prod-349081/audit/trail",
        kms_key_id=KEY,
        retention_in_days=365,
    )
