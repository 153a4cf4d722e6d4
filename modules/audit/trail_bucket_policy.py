"""What the audit trail's bucket lets CloudTrail do."""

from collections.abc import Sequence

from config.naming import Naming
from modules.policy import Conditions, Statement


def trail_delivery(naming: Naming, bucket_arn: str, *, trail_arn: str) -> Sequence[Statement]:
    """Let one trail write its files.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    this_trail: Conditions = {"StringEquals": {"aws:SourceArn": trail_arn}}
    owned = {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}
    return (
        Statement(
            sid="CheckForTrail",
            principals=cloudtrail,
            actions=["s3:GetBucketAcl"],
            resources=[bucket_arn],
            conditions=this_trail,
        ),
        Statement(
            sid="WriteTrail",
            principals=cloudtrail,
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/AWSLogs/{naming.account_id}/*"],
            conditions={"StringEquals": owned},
        ),
    )
