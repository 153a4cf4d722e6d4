import pytest
from cdktf import TerraformStack

from config import Naming
from config.edge import BodyLimit, Waf
from modules.edge.web_acl import WebAcl, WebAclLogs
from tests.synthesized import Resource, Synthesized, policy, synthesize, us_east_1

GROUPS = ("AWSManagedRulesCommonRuleSet", "AWSManagedRulesSQLiRuleSet")
WAF = Waf.model_validate(
    {
        "managed_rule_groups": GROUPS,
        "count_only": GROUPS[1:],
        "count_only_rules": (f"{GROUPS[1]}/SQLi_BODY",),
        "rate_limit": 500,
    }
)


@pytest.fixture
def firewall(naming: Naming) -> Synthesized:
    return firewall_of(naming, WAF)


def firewall_of(naming: Naming, waf: Waf) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        provider = us_east_1(stack)
        acl = WebAcl(
            stack,
            "web-acl",
            naming=naming,
            waf=waf,
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


def counted(rule: Resource) -> list[str]:
    overrides = rule["statement"]["managed_rule_group_statement"]["rule_action_override"]
    assert all(each["action_to_use"] == {"count": {}} for each in overrides)
    return [each["name"] for each in overrides]


def test_single_rules_count_and_long_bodies_are_never_blocked_by_aws(
    firewall: Synthesized,
) -> None:
    _, common, sql = firewall.only("aws_wafv2_web_acl")["rule"]
    assert counted(common) == ["SizeRestrictions_BODY"]
    assert counted(sql) == ["SQLi_BODY"]


def limited(naming: Naming, *limits: BodyLimit) -> Resource:
    waf = WAF.model_copy(update={"body_limits": limits})
    return firewall_of(naming, waf).only("aws_wafv2_web_acl")


def begins_with(statement: Resource) -> str:
    match = statement["byte_match_statement"]
    assert match["positional_constraint"] == "STARTS_WITH"
    assert [each["type"] for each in match["text_transformation"]] == [
        "URL_DECODE",
        "NORMALIZE_PATH",
    ]
    return str(match["search_string"])


def test_longer_bodies_are_refused_where_a_setting_says_so(naming: Naming) -> None:
    acl = limited(naming, BodyLimit(path="/api/"), BodyLimit(path="/api/files/", kib=40))
    _, common, _, outer, inner = acl["rule"]
    assert counted(common) == ["SizeRestrictions_BODY"]
    assert [each["priority"] for each in acl["rule"]] == [0, 1, 2, 3, 4]
    for rule, paths, kib in ((outer, ["/api/", "/api/files/"], 16), (inner, ["/api/files/"], 40)):
        assert rule["action"] == {"block": {}}
        path, *others, size = rule["statement"]["and_statement"]["statement"]
        left_out = [each["not_statement"]["statement"][0] for each in others]
        assert [begins_with(each) for each in (path, *left_out)] == paths
        constraint = size["size_constraint_statement"]
        assert (constraint["comparison_operator"], constraint["size"]) == ("GT", kib * 1024)
        assert constraint["field_to_match"] == {"body": {"oversize_handling": "MATCH"}}


@pytest.mark.parametrize(("kib", "inspected"), [(16, None), (17, "KB_32"), (64, "KB_64")])
def test_waf_looks_at_as_much_of_a_body_as_the_longest_limit_needs(
    naming: Naming, kib: int, inspected: str | None
) -> None:
    acl = limited(naming, BodyLimit(path="/"), BodyLimit(path="/api/", kib=kib))
    if inspected is None:
        assert "association_config" not in acl
    else:
        (body,) = acl["association_config"]["request_body"]
        assert body["cloudfront"] == {"default_size_inspection_limit": inspected}
