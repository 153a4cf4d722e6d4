import pytest

from tests.conftest import Tiers
from tests.synthesized import policy

ACCOUNT = "123456789012"
LOGS = f"arn:aws:s3:::prod-349081-logs-{ACCOUNT}"


@pytest.mark.parametrize(
    ("sid", "service", "folder"),
    [
        (
            "WriteLoadBalancerLogs",
            "logdelivery.elasticloadbalancing.amazonaws.com",
            f"alb/AWSLogs/{ACCOUNT}",
        ),
        ("WriteAccessLogs", "logging.s3.amazonaws.com", "s3"),
        ("AWSLogsDeliveryWrite", "delivery.logs.amazonaws.com", "cloudfront"),
    ],
)
def test_each_log_service_writes_to_its_folder_for_this_account_alone(
    prod: Tiers, sid: str, service: str, folder: str
) -> None:
    statement = policy(prod["logs"].only("aws_s3_bucket_policy")["policy"])[sid]
    assert statement["Principal"] == {"Service": service}
    assert statement["Action"] == ["s3:PutObject"]
    assert statement["Resource"] == [f"{LOGS}/{folder}/*"]
    condition = statement["Condition"]
    balancers = f"arn:aws:elasticloadbalancing:us-west-2:{ACCOUNT}:loadbalancer/*"
    if sid == "WriteLoadBalancerLogs":
        assert condition == {"ArnLike": {"aws:SourceArn": balancers}}
    else:
        assert condition["StringEquals"]["aws:SourceAccount"] == ACCOUNT
        assert "aws:SourceArn" in condition["ArnLike"]


def test_cloudfront_s_delivery_finds_the_statement_that_it_would_append(prod: Tiers) -> None:
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    statements = policy(prod["logs"].only("aws_s3_bucket_policy")["policy"])
    assert statements["AWSLogsDeliveryWrite"] == {
        "Sid": "AWSLogsDeliveryWrite",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["s3:PutObject"],
        "Resource": [f"{LOGS}/cloudfront/*"],
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceAccount": ACCOUNT,
            },
            "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"},
        },
    }


def test_the_log_bucket_is_encrypted_by_s3_alone(prod: Tiers) -> None:
    (rule,) = prod["logs"].only("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    assert rule["apply_server_side_encryption_by_default"] == {"sse_algorithm": "AES256"}


def test_it_needs_nothing_before_it(platform: Tiers) -> None:
    assert "terraform_remote_state" not in platform["logs"].parsed.get("data", {})
