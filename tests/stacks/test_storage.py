import pytest

from automation.iam import Call, ResourcePolicy, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from tests.conftest import Tiers
from tests.synthesized import Resource, policy

ACCOUNT = "123456789012"
ASSETS = f"arn:aws:s3:::prod-349081-assets-{ACCOUNT}"


def statements(prod: Tiers, purpose: str) -> dict[str, Resource]:
    buckets = prod["storage"].resources("aws_s3_bucket_policy").items()
    (document,) = (each["policy"] for id_, each in buckets if id_.startswith(f"{purpose}_"))
    return policy(document)


def test_files_and_releases_are_encrypted_with_the_storage_key(prod: Tiers) -> None:
    encryption = prod["storage"].resources("aws_s3_bucket_server_side_encryption_configuration")
    assert {id_.split("_")[0] for id_ in encryption} == {"assets", "artifacts"}
    for each in encryption.values():
        algorithm = each["rule"][0]["apply_server_side_encryption_by_default"]
        assert algorithm["sse_algorithm"] == "aws:kms"
        assert "storage_key" in algorithm["kms_master_key_id"]


def test_who_reads_them_is_logged_in_the_log_bucket(prod: Tiers) -> None:
    for each in prod["storage"].resources("aws_s3_bucket_logging").values():
        assert "input-logs.outputs" in each["target_bucket"]


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
    protected = platform["web"].only("aws_lb")["enable_deletion_protection"]
    for tier in ("logs", "storage", "audit"):
        for bucket in platform[tier].resources("aws_s3_bucket").values():
            assert bucket["force_destroy"] is not protected
