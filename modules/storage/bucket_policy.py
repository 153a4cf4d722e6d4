"""Bucket policy statements."""

from collections.abc import Sequence

from config.naming import Naming
from modules.policy import Statement

# Where each log delivery service writes in the log bucket.
LOAD_BALANCER_LOGS = "alb"
ACCESS_LOGS = "s3"
CLOUDFRONT_LOGS = "cloudfront"
FLOW_LOGS = "vpc"


def tls_only(bucket_arn: str) -> Statement:
    """Refuse requests without TLS."""
    return Statement(
        sid="DenyInsecureTransport",
        effect="Deny",
        principals={"AWS": "*"},
        actions=["s3:*"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions={"Bool": {"aws:SecureTransport": "false"}},
    )


def modern_tls_only(bucket_arn: str) -> Statement:
    """Refuse TLS before 1.2."""
    return Statement(
        sid="DenyOutdatedTls",
        effect="Deny",
        principals={"AWS": "*"},
        actions=["s3:*"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions={"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    )


def log_delivery(naming: Naming, bucket_arn: str) -> Sequence[Statement]:
    """Let services of the account write their logs, each in its folder."""
    return (
        _load_balancer_logs(naming, bucket_arn),
        _access_logs(naming, bucket_arn),
        _cloudfront_logs(naming, bucket_arn),
        *_flow_logs(naming, bucket_arn),
    )


def _load_balancer_logs(naming: Naming, bucket_arn: str) -> Statement:
    # Documented is the load balancer's ARN alone: with its account, too, access may be denied.
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    folder = f"{LOAD_BALANCER_LOGS}/AWSLogs/{naming.account_id}"
    return Statement(
        sid="WriteLoadBalancerLogs",
        principals={"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/{folder}/*"],
        conditions={
            "ArnLike": {"aws:SourceArn": naming.arn("elasticloadbalancing", "loadbalancer/*")}
        },
    )


def _access_logs(naming: Naming, bucket_arn: str) -> Statement:
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    return Statement(
        sid="WriteAccessLogs",
        principals={"Service": "logging.s3.amazonaws.com"},
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/{ACCESS_LOGS}/*"],
        conditions={
            "StringEquals": {"aws:SourceAccount": naming.account_id},
            "ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{naming.prefix}-*"},
        },
    )


def _cloudfront_logs(naming: Naming, bucket_arn: str) -> Statement:
    # Word for word as it is documented, but for the folder: CloudWatch appends what it misses.
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    sources = naming.arn("logs", "delivery-source:*", region="us-east-1")
    return Statement(
        sid="AWSLogsDeliveryWrite",
        principals={"Service": "delivery.logs.amazonaws.com"},
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/{CLOUDFRONT_LOGS}/*"],
        conditions={
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceAccount": naming.account_id,
            },
            "ArnLike": {"aws:SourceArn": sources},
        },
    )


def _flow_logs(naming: Naming, bucket_arn: str) -> Sequence[Statement]:
    """As documented: AWS writes the statements itself where they are missing.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    own = {"aws:SourceAccount": naming.account_id}
    source = {"ArnLike": {"aws:SourceArn": naming.arn("logs", "*")}}
    write = Statement(
        sid="AWSLogDeliveryWrite",
        principals={"Service": "delivery.logs.amazonaws.com"},
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/{FLOW_LOGS}/AWSLogs/{naming.account_id}/*"],
        conditions={
            "StringEquals": {**own, "s3:x-amz-acl": "bucket-owner-full-control"},
            **source,
        },
    )
    check = Statement(
        sid="AWSLogDeliveryAclCheck",
        principals={"Service": "delivery.logs.amazonaws.com"},
        actions=["s3:GetBucketAcl", "s3:ListBucket"],
        resources=[bucket_arn],
        conditions={"StringEquals": own, **source},
    )
    return write, check


def distribution_reads(naming: Naming, bucket_arn: str) -> Statement:
    """Let the account's CloudFront distributions read objects through origin access control.

    Their ARN has the account, and is the only key that is documented. To whoever may not list the
    bucket, S3 says 403 of an object that does not exist, instead of 404.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    distributions = naming.arn("cloudfront", "distribution/*", region="")
    return Statement(
        sid="ReadForDistributions",
        principals={"Service": "cloudfront.amazonaws.com"},
        actions=["s3:GetObject", "s3:ListBucket"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions={"ArnLike": {"aws:SourceArn": distributions}},
    )


def access_point_delegation(bucket_arn: str, *, access_point_arn: str) -> Statement:
    """Leave it to an access point, and to IAM, who of the account uses objects through it.

    To name the account instead of everyone would allow nobody, as its roles have no right to the
    bucket itself. No policy is public that fixes the access point.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
    """
    return Statement(
        sid="DelegateToAccessPoint",
        principals={"AWS": "*"},
        actions=["s3:GetObject", "s3:PutObject", "s3:ListBucket"],
        resources=[bucket_arn, f"{bucket_arn}/*"],
        conditions={"StringEquals": {"s3:DataAccessPointArn": access_point_arn}},
    )
