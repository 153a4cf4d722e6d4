"""Key policy statements that let AWS services use a key on the account's behalf.

In a key policy `Resource: *` means the key itself.
https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
"""

from collections.abc import Sequence

from config.naming import Naming
from modules.policy import Conditions, Statement

_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def through_service(naming: Naming, *services: str) -> Statement:
    """Let callers of this account use the key, only through the named services.

    The condition takes the place of naming service-linked roles, which a fresh account lacks and
    which a key policy must not name before they exist.
    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
    """
    return Statement(
        sid="UseThroughServices",
        actions=_USE,
        resources=["*"],
        principals={"AWS": "*"},
        conditions=_via(naming, services),
    )


def grants_through_service(naming: Naming, *services: str) -> Statement:
    """Let the named services hand the key on to what they run, such as EBS volumes."""
    return Statement(
        sid="GrantThroughServices",
        actions=["kms:CreateGrant"],
        resources=["*"],
        principals={"AWS": "*"},
        conditions={**_via(naming, services), "Bool": {"kms:GrantIsForAWSResource": "true"}},
    )


def _via(naming: Naming, services: Sequence[str]) -> Conditions:
    hosts = [f"{service}.{naming.region}.amazonaws.com" for service in services]
    return {"StringEquals": {"kms:CallerAccount": naming.account_id, "kms:ViaService": hosts}}


def cloudwatch_logs(naming: Naming, *, region: str) -> Statement:
    """Let CloudWatch Logs encrypt the account's log groups in a region.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    groups = naming.arn("logs", "log-group:*", region=region)
    return Statement(
        sid="EncryptLogGroups",
        actions=_USE,
        resources=["*"],
        principals={"Service": f"logs.{region}.amazonaws.com"},
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )


def cloudfront(naming: Naming) -> Statement:
    """Let CloudFront read encrypted objects for the account's distributions.

    Distributions are created long after the key and refer to it, so the key cannot name one. Their
    ARN has the account, and is the only key that is documented.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    distributions = naming.arn("cloudfront", "distribution/*", region="")
    return Statement(
        sid="ReadForDistributions",
        actions=["kms:Decrypt"],
        resources=["*"],
        principals={"Service": "cloudfront.amazonaws.com"},
        conditions={"ArnLike": {"aws:SourceArn": distributions}},
    )


def alarm_topics(naming: Naming, *services: str) -> Statement:
    """Let CloudWatch alarms, and further services, publish to encrypted SNS topics.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return Statement(
        sid="PublishToTopics",
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=["*"],
        principals={"Service": ["cloudwatch.amazonaws.com", *services]},
        conditions={"StringEquals": {"aws:SourceAccount": naming.account_id}},
    )


def cloudtrail(naming: Naming) -> Sequence[Statement]:
    """Let CloudTrail encrypt the account's trails.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    trails = naming.arn("cloudtrail", "trail/*")
    cloudtrail_service = {"Service": "cloudtrail.amazonaws.com"}
    from_trails: Conditions = {"ArnLike": {"aws:SourceArn": trails}}
    context = {
        "kms:EncryptionContext:aws:cloudtrail:arn": naming.arn("cloudtrail", "trail/*", region="*")
    }
    return (
        Statement(
            sid="EncryptTrails",
            actions=["kms:GenerateDataKey*"],
            resources=["*"],
            principals=cloudtrail_service,
            conditions={"ArnLike": {"aws:SourceArn": trails}, "StringLike": context},
        ),
        Statement(
            sid="DescribeForTrails",
            actions=["kms:DescribeKey"],
            resources=["*"],
            principals=cloudtrail_service,
            conditions=from_trails,
        ),
    )
