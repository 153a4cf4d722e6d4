import pytest
from cdktf import TerraformStack

from config import Naming
from config.edge import Waf
from modules.edge.web_acl import WebAcl, WebAclLogs
from tests.synthesized import Synthesized, policy, synthesize, us_east_1

GROUPS = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet")
WAF = Waf.model_validate(
    {
        "managed_rule_groups": GROUPS,
        "count_only": GROUPS[1:],
        "count_only_rules": (f"{GROUPS[0]}/SizeRestrictions_BODY",),
        "rate_limit": 500,
    }
)


@pytest.fixture
def firewall(naming: Naming) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        provider = us_east_1(stack)
        acl = WebAcl(
            stack,
            "web-acl",
            naming=naming,
            waf=WAF,
            provider=provider,
        )
        WebAclLogs(
            stack,
            "web-acl-logs",
            naming=naming,
            web_acl_arn=acl.arn,
            retention_in_days=90,
            kms_key_arn="global-logs-key",
            provider=provider,
        )

    return synthesize(build)


def test_it_protects_cloudfront_and_lets_through_what_no_rule_stops(firewall: Synthesized) -> None:
    assert firewall.has(
        "aws_wafv2_web_acl",
        name="prod-349081-edge",
        scope="CLOUDFRONT",
        default_action={"allow": {}},
        provider="aws.global",
    )


def test_the_rate_limit_comes_before_the_groups_in_their_order(firewall: Synthesized) -> None:
    rules = firewall.only("aws_wafv2_web_acl")["rule"]
    assert [rule["priority"] for rule in rules] == [0, 1, 2]
    limit, *groups = rules
    assert limit["action"] == {"block": {}}
    assert limit["statement"]["rate_based_statement"] == {
        "limit": 500,
        "aggregate_key_type": "IP",
        "evaluation_window_sec": 300,
    }
    named = [rule["statement"]["managed_rule_group_statement"] for rule in groups]
    assert [(group["vendor_name"], group["name"]) for group in named] == [
        ("AWS", group) for group in GROUPS
    ]


def test_a_group_that_only_counts_blocks_nothing(firewall: Synthesized) -> None:
    _, common, sql_injection = firewall.only("aws_wafv2_web_acl")["rule"]
    assert common["override_action"] == {"none": {}}
    assert sql_injection["override_action"] == {"count": {}}


def test_the_web_acl_and_each_rule_can_be_watched(firewall: Synthesized) -> None:
    acl = firewall.only("aws_wafv2_web_acl")
    visible = [acl["visibility_config"], *(rule["visibility_config"] for rule in acl["rule"])]
    assert all(each["cloudwatch_metrics_enabled"] for each in visible)
    assert all(each["sampled_requests_enabled"] for each in visible)
    assert len({each["metric_name"] for each in visible}) == len(visible)


def test_stopped_and_counted_requests_are_logged_without_credentials(
    firewall: Synthesized,
) -> None:
    logging = firewall.only("aws_wafv2_web_acl_logging_configuration")
    assert logging["provider"] == "aws.global"
    assert "aws_wafv2_web_acl.web-acl" in logging["resource_arn"]
    assert logging["logging_filter"]["default_behavior"] == "DROP"
    (kept,) = logging["logging_filter"]["filter"]
    actions = [condition["action_condition"]["action"] for condition in kept["condition"]]
    assert (kept["behavior"], kept["requirement"], actions) == (
        "KEEP",
        "MEETS_ANY",
        ["BLOCK", "COUNT"],
    )
    redacted = [field["single_header"]["name"] for field in logging["redacted_fields"]]
    assert redacted == ["authorization", "cookie"]


def test_the_log_group_has_the_name_that_waf_asks_for(firewall: Synthesized) -> None:
    assert firewall.has(
        "aws_cloudwatch_log_group",
        name="aws-waf-logs-prod-349081-edge",
        retention_in_days=90,
        kms_key_id="global-logs-key",
        provider="aws.global",
    )


def test_logging_waits_until_the_delivery_may_write(firewall: Synthesized) -> None:
    resource = firewall.only("aws_cloudwatch_log_resource_policy")
    statement = policy(resource["policy_document"])["DeliverWafLogs"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:logs:us-east-1:123456789012:*"},
    }
    logging = firewall.only("aws_wafv2_web_acl_logging_configuration")
    (awaited,) = logging["depends_on"]
    assert awaited.startswith("aws_cloudwatch_log_resource_policy.")


def test_single_rules_can_be_left_to_count(firewall: Synthesized) -> None:
    _, common, sql = firewall.only("aws_wafv2_web_acl")["rule"]
    group = common["statement"]["managed_rule_group_statement"]
    assert group["rule_action_override"] == [
        {"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}
    ]
    assert "rule_action_override" not in sql["statement"]["managed_rule_group_statement"]
