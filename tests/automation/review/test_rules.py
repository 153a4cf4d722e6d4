"""The reviewed rules, beyond the recorded plans."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.review.reach import opened as more_opened
from automation.review.reach import openings
from automation.review.rules import RULES, Rule, load, rarer, shorter
from automation.terraform.diff import UNKNOWN
from automation.terraform.plan import Action
from tests.automation.review.reviewing import entry, only, update

HOLDERS = (
    "aws_db_instance",
    "aws_s3_bucket",
    "aws_kms_key",
    "aws_route53_zone",
    "aws_secretsmanager_secret",
    "aws_backup_vault",
    "aws_cloudwatch_log_group",
)
KEY = "arn:aws:kms:us-west-2:123456789012:key/1"


@pytest.mark.parametrize("type_", HOLDERS)
@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"], ["create", "delete"]])
def test_losing_data_or_identity_blocks(type_: str, actions: list[str]) -> None:
    after = None if actions == ["delete"] else {"id": "b"}
    assert only(entry(type_, actions, {"id": "a"}, after)).risk == "blocking"


@pytest.mark.parametrize(
    ("change", "risk", "reason"),
    [
        (
            update("aws_db_instance", {"publicly_accessible": False}, publicly_accessible=True),
            "blocking",
            "the database gets a public address",
        ),
        (
            update("aws_db_instance", {"backup_retention_period": 35}, backup_retention_period=0),
            "blocking",
            "backups are switched off, or older ones deleted",
        ),
        (
            update(
                "aws_db_instance",
                {"enabled_cloudwatch_logs_exports": ["error", "slowquery"]},
                enabled_cloudwatch_logs_exports=["error"],
            ),
            "blocking",
            "a log of the database is no longer kept",
        ),
        (
            update("aws_sns_topic", {"kms_master_key_id": KEY}, kms_master_key_id=None),
            "blocking",
            "encryption by a key of one's own is switched off",
        ),
        (
            update("aws_cloudtrail", {"enable_logging": True}, enable_logging=False),
            "blocking",
            "logging is switched off",
        ),
        (
            entry("aws_flow_log", ["delete"], {"id": "a"}, None),
            "blocking",
            "logging is switched off",
        ),
        (
            update(
                "aws_launch_template",
                {"metadata_options": [{"http_tokens": "required"}]},
                metadata_options=[{"http_tokens": "optional"}],
            ),
            "blocking",
            "instances answer IMDSv1 again, through which their credentials can be stolen",
        ),
        (
            update("aws_cloudfront_distribution", {"web_acl_id": "arn"}, web_acl_id=""),
            "blocking",
            "the web application firewall is taken away",
        ),
        (
            entry(
                "aws_iam_role_policy_attachment",
                ["create"],
                None,
                {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
            ),
            "blocking",
            "a policy of AWS's that allows everything, or all of a service, is attached",
        ),
        (
            update("aws_lb_listener", {"certificate_arn": "a"}, certificate_arn="b"),
            "careful",
            "a certificate changes",
        ),
        (
            entry("aws_lb_listener", ["delete", "create"], {"port": 80}, {"port": 81}),
            "careful",
            "no traffic gets through meanwhile",
        ),
        (
            entry("aws_new_thing", ["delete"], {"id": "a"}, None),
            "careful",
            "it is away, if only meanwhile, and no rule says that this is harmless",
        ),
        (
            entry("aws_s3_bucket", ["forget"], {"id": "a"}, {"id": "a"}),
            "careful",
            "it stays in AWS, and Terraform no longer looks after it",
        ),
        (
            update("aws_db_instance", {"backup_retention_period": 7}, backup_retention_period=35),
            "routine",
            "it stays, and serves meanwhile",
        ),
    ],
)
def test_risks_and_their_reasons(change: dict[str, Any], risk: str, reason: str) -> None:
    found = only(change)
    assert (found.risk, found.reasons) == (risk, (reason,))


def test_what_only_aws_will_tell_switches_nothing_off() -> None:
    change = update("aws_sns_topic", {"kms_master_key_id": KEY}, kms_master_key_id=None)
    change["change"]["after_unknown"] = {"kms_master_key_id": True}
    found = only(change)
    assert found.risk == "routine"
    assert [each.new for each in found.attributes] == [UNKNOWN]


def opened(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return more_opened(openings(before), openings(after))


@settings(deadline=None)
@given(st.ip_addresses(v=4), st.integers(0, 32))
def test_only_narrow_ranges_are_let_in_unasked(address: Any, bits: int) -> None:
    rule = {"cidr_ipv4": f"{address}/{bits}", "ip_protocol": "tcp", "from_port": 22, "to_port": 22}
    assert opened({}, rule) == (bits <= 7)
    assert not opened(rule, {**rule, "tags": {"a": "b"}})
    assert opened({**rule, "from_port": 23}, rule) == (bits <= 7)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}, False),
        ({"type": "ingress", "cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"]}, True),
        ({"ingress": [{"cidr_blocks": [], "ipv6_cidr_blocks": ["::/0"]}]}, True),
        ({"ingress": [], "egress": [{"cidr_blocks": ["0.0.0.0/0"]}]}, False),
        ({"cidr_ipv4": UNKNOWN}, False),
    ],
)
def test_rules_within_and_beside_groups(rule: dict[str, Any], expected: bool) -> None:
    assert opened({}, rule) is expected


@settings(deadline=None)
@given(st.integers(0, 4000), st.integers(0, 4000))
def test_less_time_is_told_and_0_is_for_ever(old: int, new: int) -> None:
    found = shorter(old, new)
    assert found == ((new or 10_000) < (old or 10_000))


def test_every_rule_has_a_reason_of_its_own_words_and_names_real_things() -> None:
    rules = load()
    assert all(rule.reason for rule in (*rules.rules, *rules.otherwise))
    assert {action for rule in rules.otherwise for action in rule.actions} | {
        Action.FORGET,
        Action.NO_OP,
    } == set(Action)
    assert RULES.name == "rules.toml"


@pytest.mark.parametrize("wrong", [{"when": "sometimes"}, {"risk": "none"}, {"actions": ["eat"]}])
def test_a_faulty_rule_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"sometimes|none|eat"):
        Rule.parse({"risk": "careful", "actions": ["update"], "reason": "r", **wrong})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(json_values, json_values, json_values)
def test_no_value_is_too_odd(before: Any, after: Any, unknown: Any) -> None:
    for name in ("policy", "ingress", "deletion_protection", "retention_in_days", "rule"):
        for type_ in ("aws_cloudwatch_log_group", "aws_security_group", "aws_backup_plan"):
            change = update(type_, {name: before}, **{name: after})
            change["change"]["after_unknown"] = {name: unknown}
            assert only(change).action == "update"


@pytest.mark.parametrize(
    "source", ["7", "²", "4", "0.0.0.0/33", "sg-1", "::/0::", 5, True, UNKNOWN, ["a"]]
)
def test_what_is_no_range_is_not_the_world(source: Any) -> None:
    rule = {"ip_protocol": "tcp", "from_port": 0, "to_port": 9, "cidr_ipv4": source}
    assert not opened({}, rule)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("rate(1 day)", "rate(7 days)", True),
        ("rate(1 day)", "rate(12 hours)", False),
        ("rate(1 day)", "cron(0 5 ? * * *)", False),
        ("cron(0 5 ? * * *)", "cron(0 5 * * ? *)", False),
        ("cron(0 5 ? * * *)", "cron(0 6 ? * MON-FRI *)", True),
        ("cron(0 0/6 ? * * *)", "cron(0 0/12 ? * * *)", True),
        ("cron(0 5,17 ? * * *)", "cron(0 5 ? * * *)", True),
        ("cron(0 5 ? * * *)", "cron(0 5 1 * ? *)", True),
        ("cron(0 5 1 * ? *)", "cron(0 5 1 1 ? *)", True),
        ("cron(0 5 1 1 ? *)", "cron(0 5 ? * * *)", False),
        ("cron(0 5 ? * * *)", None, True),
        ("cron(² 0/0 ? * X-Y/Z *)", "rate(0 days)", True),
        ("whenever", "never", False),
    ],
)
def test_a_schedule_with_fewer_times_is_rarer(old: Any, new: Any, expected: bool) -> None:
    assert rarer(old, new) is expected
    assert not rarer(old, UNKNOWN)


def test_what_is_empty_is_nothing_new() -> None:
    """The provider plans null for what the state has as an empty text."""
    before = {"rule": [{"name": "a", "group": [{"version": ""}]}], "tags": {"a": "b"}}
    after = {"rule": [{"name": "a", "group": [{"version": None}]}], "tags": {"a": "c"}}
    assert only(update("aws_wafv2_web_acl", before, **after)).risk == "routine"
    after["rule"][0]["group"] = [{"version": "2"}]  # type: ignore[index]
    assert only(update("aws_wafv2_web_acl", before, **after)).risk == "careful"


def test_a_default_tag_that_changes_is_told_as_it_will_be() -> None:
    """Terraform has the old default among the resource's own tags, and takes it away there."""
    before = {"tags": {"Name": "a", "Owner": "us"}, "tags_all": {"Name": "a", "Owner": "us"}}
    change = only(
        update("aws_vpc", before, tags={"Name": "a"}, tags_all={"Name": "a", "Owner": "them"})
    )
    assert [(each.name, each.old, each.new) for each in change.attributes] == [
        ("tags.Owner", "us", "them")
    ]


@pytest.mark.parametrize(
    ("actions", "action", "risk"), [("no-op", "import", "routine"), ("update", "update", "routine")]
)
def test_what_is_imported_is_told_with_its_id(actions: str, action: str, risk: str) -> None:
    change = only(
        entry("aws_sns_topic", [actions], {"name": "a"}, {"name": "a"}, importing={"id": "arn:a"})
    )
    assert (change.action, change.risk, change.imported_id) == (action, risk, "arn:a")
    by_identity = {"identity": {"account_id": "1", "name": "a"}}
    change = only(
        entry("aws_sns_topic", [actions], {"name": "a"}, {"name": "a"}, importing=by_identity)
    )
    assert (change.action, change.imported_id) == (action, "account_id=1, name=a")


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("replace_by_request", "it is replaced because of -replace"),
        ("replace_because_tainted", "it is replaced as it is tainted, or was never made whole"),
        ("replace_because_cannot_update", ""),
        (None, ""),
    ],
)
def test_why_something_is_replaced_is_told_where_no_attribute_says_it(
    reason: str | None, told: str
) -> None:
    found = entry("aws_lb", ["delete", "create"], {"name": "a"}, {"name": "a"})
    assert only(found | {"action_reason": reason}).hint == told
