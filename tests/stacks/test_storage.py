import pytest

from automation.iam import Call, ResourcePolicy, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from tests.conftest import Tiers
from tests.synthesized import Resource, policy

ACCOUNT = "123456789012"
LOGS = f"arn:aws:s3:::prod-349081-logs-{ACCOUNT}"
ASSETS = f"arn:aws:s3:::prod-349081-assets-{ACCOUNT}"


def statements(prod: Tiers, purpose: str) -> dict[str, Resource]:
    buckets = prod["storage"].resources("aws_s3_bucket_policy").items()
    (document,) = (each["policy"] for id_, each in buckets if id_.startswith(f"{purpose}_"))
    return policy(document)


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
    statement = statements(prod, "logs")[sid]
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


def test_the_log_bucket_is_encrypted_by_s3_alone(prod: Tiers) -> None:
    encryption = prod["storage"].resources("aws_s3_bucket_server_side_encryption_configuration")
    algorithms = {
        id_.split("_")[0]: each["rule"][0]["apply_server_side_encryption_by_default"]
        for id_, each in encryption.items()
    }
    assert algorithms["logs"] == {"sse_algorithm": "AES256"}
    for purpose in ("assets", "artifacts"):
        assert algorithms[purpose]["sse_algorithm"] == "aws:kms"
        assert "storage_key" in algorithms[purpose]["kms_master_key_id"]


def test_cloudfront_s_delivery_finds_the_statement_that_it_would_append(prod: Tiers) -> None:
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    assert statements(prod, "logs")["AWSLogsDeliveryWrite"] == {
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


@pytest.mark.parametrize(
    ("action", "resource"), [("s3:GetObject", f"{ASSETS}/file"), ("s3:ListBucket", ASSETS)]
)
@pytest.mark.parametrize(
    ("account", "allowed"), [(ACCOUNT, True), ("999999999999", False), (None, False)]
)
def test_distributions_of_the_account_read_assets_and_learn_of_missing_ones(
    prod: Tiers, action: str, resource: str, account: str | None, allowed: bool
) -> None:
    buckets = prod["storage"].resources("aws_s3_bucket_policy").items()
    (document,) = (each["policy"] for id_, each in buckets if id_.startswith("assets_"))
    found = ResourcePolicy(Policy.parse(document))
    # Origin access control is documented to send the distribution's ARN, and nothing else.
    arn = f"arn:aws:cloudfront::{account}:distribution/EDFDVBD6EXAMPLE"
    context = {"aws:SecureTransport": "true", **({"aws:SourceArn": arn} if account else {})}
    cloudfront = Principal.service("cloudfront.amazonaws.com")
    asked = Call(cloudfront, action, resource, context, owner=ACCOUNT)
    assert decide(asked, resource=found).allowed is allowed


def test_the_access_point_reaches_assets_from_the_platform_s_vpc(prod: Tiers) -> None:
    point = prod["storage"].only("aws_s3_access_point")
    assert "input-network" in point["vpc_configuration"]["vpc_id"]
    delegation = statements(prod, "assets")["DelegateToAccessPoint"]
    arn = f"arn:aws:s3:us-west-2:{ACCOUNT}:accesspoint/prod-349081-assets"
    assert delegation["Condition"]["StringEquals"]["s3:DataAccessPointArn"] == arn
    assert delegation["Principal"] == {"AWS": "*"}


def test_only_disposable_environments_empty_their_buckets(platform: Tiers) -> None:
    protected = platform["application"].only("aws_lb")["enable_deletion_protection"]
    for bucket in platform["storage"].resources("aws_s3_bucket").values():
        assert bucket["force_destroy"] is not protected
