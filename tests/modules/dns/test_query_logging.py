import pytest
from cdktf import TerraformStack

from config import Naming
from modules.dns.query_logging import QueryLogging
from tests.synthesized import Synthesized, policy, synthesize, us_east_1


@pytest.fixture
def logging(naming: Naming) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        QueryLogging(
            stack,
            "query-logging",
            naming=naming,
            zone_id="Z0123456789ABC",
            retention_in_days=365,
            kms_key_arn="global-logs-key",
            provider=us_east_1(stack),
        )

    return synthesize(build)


def test_queries_go_to_an_encrypted_log_group_in_us_east_1(logging: Synthesized) -> None:
    assert logging.has(
        "aws_cloudwatch_log_group",
        name="/aws/route53/prod-349081-queries",
        retention_in_days=365,
        kms_key_id="global-logs-key",
        provider="aws.global",
    )


def test_route_53_may_write_only_for_this_zone_of_this_account(logging: Synthesized) -> None:
    resource = logging.only("aws_cloudwatch_log_resource_policy")
    assert resource["provider"] == "aws.global"
    statement = policy(resource["policy_document"])["WriteQueryLogs"]
    assert statement["Principal"] == {"Service": "route53.amazonaws.com"}
    assert "aws_cloudwatch_log_group.query-logging" in statement["Resource"][0]
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/Z0123456789ABC"},
    }


def test_the_query_log_waits_for_the_permission(logging: Synthesized) -> None:
    log = logging.only("aws_route53_query_log")
    (awaited,) = log["depends_on"]
    assert awaited.startswith("aws_cloudwatch_log_resource_policy.")
    assert log["zone_id"] == "Z0123456789ABC"
