import json

from tests.conftest import Tiers
from tests.synthesized import Resource


def alarms(prod: Tiers) -> list[Resource]:
    return list(prod["monitoring"].resources("aws_cloudwatch_metric_alarm").values())


def test_every_monitored_resource_has_an_alarm(platform: Tiers) -> None:
    text = json.dumps(alarms(platform))
    for tier, resource_type in (
        ("web", "aws_lb"),
        ("application", "aws_lb_target_group"),
        ("application", "aws_autoscaling_group"),
        ("database", "aws_db_instance"),
        ("web", "aws_acm_certificate_validation"),
        ("edge", "aws_acm_certificate_validation"),
        ("edge", "aws_cloudfront_distribution"),
        ("edge", "aws_route53_health_check"),
    ):
        watched = platform[tier].resources(resource_type)
        assert watched
        for logical_id in watched:
            assert f"cross-stack-output-{resource_type}{logical_id}" in text, logical_id


def test_the_web_acl_is_watched_under_the_name_of_its_metric(prod: Tiers) -> None:
    (visibility,) = _listed(prod["edge"].only("aws_wafv2_web_acl")["visibility_config"])
    assert {"WebACL": visibility["metric_name"], "Rule": "ALL"} in [
        alarm.get("dimensions") for alarm in alarms(prod)
    ]


def _listed(value: Resource | list[Resource]) -> list[Resource]:
    return value if isinstance(value, list) else [value]


def test_every_alarm_reaches_the_topic_of_its_own_region(platform: Tiers) -> None:
    for alarm in alarms(platform):
        here = "global-topic" if alarm.get("provider") == "aws.global" else "topic"
        for actions in (alarm["alarm_actions"], alarm["ok_actions"]):
            (topic,) = actions
            assert topic.startswith(f"${{aws_sns_topic_policy.{here}_policy_")


def test_what_has_only_begun_to_report_pages_nobody(platform: Tiers) -> None:
    """Where no value is a bad one, every value has to be missing.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    silence = [each for each in alarms(platform) if each["treat_missing_data"] == "breaching"]
    assert silence
    for alarm in silence:
        assert alarm["datapoints_to_alarm"] == alarm["evaluation_periods"], alarm["alarm_name"]
        # Values of several metrics begin and end at different times.
        assert "metric_query" not in alarm or "replica" in alarm["alarm_name"]


def test_metrics_of_global_services_are_watched_in_us_east_1(prod: Tiers) -> None:
    in_us_east_1 = {"AWS/CloudFront", "AWS/Route53", "AWS/WAFV2"}
    for alarm in alarms(prod):
        if alarm.get("namespace") in in_us_east_1:
            assert alarm["provider"] == "aws.global"


def test_memory_and_disk_are_read_where_the_agent_writes_them(prod: Tiers) -> None:
    parameter = prod["application"].one(
        "aws_ssm_parameter", name="/prod-349081/application/cloudwatch-agent"
    )
    namespace = json.loads(parameter["insecure_value"])["metrics"]["namespace"]
    found = {each["metric_name"] for each in alarms(prod) if each.get("namespace") == namespace}
    assert found == {"mem_used_percent", "disk_used_percent"}


def test_the_service_is_down_without_instances_answers_or_database(prod: Tiers) -> None:
    rule = prod["monitoring"].only("aws_cloudwatch_composite_alarm")["alarm_rule"]
    assert rule.count(" OR ") == 2
    for cause in ("no-healthy-host", "outage", "database-silent"):
        assert f"aws_cloudwatch_metric_alarm.alarms_{cause}_" in rule


def test_topics_are_encrypted_in_their_own_region(prod: Tiers) -> None:
    monitoring = prod["monitoring"]
    regional = monitoring.one("aws_sns_topic", name="prod-349081-alarms")
    everywhere = monitoring.one("aws_sns_topic", name="prod-349081-global-alarms")
    assert "aws_kms_keylogs_key" in regional["kms_master_key_id"]
    assert "aws_kms_keyglobal-logs_key" in everywhere["kms_master_key_id"]
    assert everywhere["provider"] == "aws.global"


def test_on_call_hears_of_both_regions(prod: Tiers) -> None:
    subscriptions = prod["monitoring"].resources("aws_sns_topic_subscription").values()
    assert [each["endpoint"] for each in subscriptions] == ["on-call@example.com"] * 2


def test_the_dashboard_shows_every_alarm(prod: Tiers) -> None:
    body = json.loads(prod["monitoring"].only("aws_cloudwatch_dashboard")["dashboard_body"])
    (status,) = (each for each in body["widgets"] if each["type"] == "alarm")
    assert len(status["properties"]["alarms"]) == len(alarms(prod)) + 1


def test_alarms_keep_their_names_apart_even_where_the_region_is_us_east_1(prod: Tiers) -> None:
    audit = prod["audit"].resources("aws_cloudwatch_metric_alarm").values()
    names = [each["alarm_name"] for each in (*alarms(prod), *audit)]
    assert len(set(names)) == len(names)
