import json
import re

from tests.cloudwatch import DAY, MetricAlarm, calculated
from tests.conftest import Tiers
from tests.promises import every, prefix
from tests.synthesized import Resource

HOUR = 60


def alarms(prod: Tiers) -> list[Resource]:
    """Those that tell somebody."""
    found = prod["monitoring"].resources("aws_cloudwatch_metric_alarm").values()
    return [each for each in found if "alarm_actions" in each]


def test_every_alarm_reaches_a_topic_of_its_own_region(platform: Tiers) -> None:
    for alarm in alarms(platform):
        here = "global-topic" if alarm.get("provider") == "aws.global" else "topic"
        for actions in (alarm["alarm_actions"], alarm["ok_actions"]):
            (topic,) = actions
            assert re.search(rf"\baws_sns_topic_policy\.?{here}_policy_", topic)
            assert "cross-stack" not in topic or alarm["namespace"] == "AWS/SNS"


def test_what_a_topic_fails_to_deliver_is_told_by_another(platform: Tiers) -> None:
    undelivered = [each for each in alarms(platform) if each.get("namespace") == "AWS/SNS"]
    assert len(undelivered) == 4
    for alarm in undelivered:
        (told,) = alarm["alarm_actions"]
        failing = alarm["dimensions"]["TopicName"]
        assert ("cross-stack" in told) != ("cross-stack" in failing), alarm["alarm_name"]


def test_every_alarm_is_within_the_limits_of_cloudwatch(platform: Tiers) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    for _, address, resource in every(platform, "aws_cloudwatch_metric_alarm"):
        alarm = MetricAlarm(resource)
        assert alarm.period <= DAY, address
        most = 7 * DAY if alarm.period >= HOUR else DAY
        assert alarm.period * alarm.periods <= most, address
        assert 1 <= resource["datapoints_to_alarm"] <= alarm.periods, address
        assert len(alarm.inputs) <= 10, address
        # With everything it asks for measured, its metric math has a result.
        values = dict.fromkeys(alarm.inputs, 1.0)
        assert not alarm.formula or calculated(alarm.formula, values) is not None, address


def test_what_has_only_begun_to_report_pages_nobody(platform: Tiers) -> None:
    """Silence is told where it follows on something, but for what is made long before its alarm.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    found = {each["alarm_name"]: each for each in alarms(platform)}
    told = {each for each in found if found[each].get("insufficient_data_actions")}
    for purpose in ("no-healthy-host", "site-unreachable", "instances-silent"):
        assert f"{prefix(platform)}-{purpose}" in told
    assert told == {each for each in found if found[each]["treat_missing_data"] == "missing"}
    (silent,) = (each for each in found.values() if each["treat_missing_data"] == "breaching")
    assert silent["alarm_name"] == f"{prefix(platform)}-database-silent"
    assert silent["datapoints_to_alarm"] == silent["evaluation_periods"]


def test_metrics_of_global_services_are_watched_in_us_east_1(prod: Tiers) -> None:
    in_us_east_1 = {"AWS/CloudFront", "AWS/Route53", "AWS/WAFV2"}
    for alarm in alarms(prod):
        if alarm.get("namespace") in in_us_east_1:
            assert alarm["provider"] == "aws.global"


def test_the_site_is_asked_for_once_there_is_one(prod: Tiers) -> None:
    """A check that is made beside what it asks for counts errors of which nobody is to hear."""
    monitoring = prod["monitoring"]
    assert monitoring.has("aws_route53_health_check", fqdn="example.com", resource_path="/healthz")
    upstreams = monitoring.parsed["data"]["terraform_remote_state"]
    assert {f"cross-stack-reference-input-{each}" for each in ("application", "edge")} <= set(
        upstreams
    )


def test_memory_and_disk_are_read_where_the_agent_writes_them(prod: Tiers) -> None:
    parameter = prod["application"].one(
        "aws_ssm_parameter", name="/prod-349081/application/cloudwatch-agent"
    )
    namespace = json.loads(parameter["insecure_value"])["metrics"]["namespace"]
    found = {each["metric_name"] for each in alarms(prod) if each.get("namespace") == namespace}
    assert found == {"mem_used_percent", "disk_used_percent"}


def test_the_service_is_down_without_instances_answers_or_database(prod: Tiers) -> None:
    name = "prod-349081-service-down"
    down = prod["monitoring"].one("aws_cloudwatch_composite_alarm", alarm_name=name)
    rule = down["alarm_rule"]
    assert rule.count(" OR ") == 2
    for cause in ("no-healthy-host", "outage", "database-silent"):
        assert f"aws_cloudwatch_metric_alarm.alarms_{cause}_" in rule


def test_topics_are_encrypted_in_their_own_region(prod: Tiers) -> None:
    monitoring = prod["monitoring"]
    regional = monitoring.one("aws_sns_topic", name="prod-349081-alarms")
    everywhere = monitoring.one("aws_sns_topic", name="prod-349081-global-alarms")
    assert "aws_kms_keyalarms_key" in regional["kms_master_key_id"]
    assert "aws_kms_keyglobal-logs_key" in everywhere["kms_master_key_id"]
    assert everywhere["provider"] == "aws.global"


def test_on_call_hears_of_both_regions(prod: Tiers) -> None:
    subscriptions = prod["monitoring"].resources("aws_sns_topic_subscription").values()
    assert [each["endpoint"] for each in subscriptions] == ["on-call@example.com"] * 2


def test_the_dashboard_shows_every_alarm(prod: Tiers) -> None:
    body = json.loads(prod["monitoring"].only("aws_cloudwatch_dashboard")["dashboard_body"])
    (status,) = (each for each in body["widgets"] if each["type"] == "alarm")
    composites = prod["monitoring"].resources("aws_cloudwatch_composite_alarm")
    of_releases = prod["application"].resources("aws_cloudwatch_metric_alarm")
    shown = status["properties"]["alarms"]
    assert len(shown) == len(alarms(prod)) + len(composites) + len(of_releases)


def test_alarms_keep_their_names_apart_even_where_the_region_is_us_east_1(prod: Tiers) -> None:
    audit = prod["audit"].resources("aws_cloudwatch_metric_alarm").values()
    names = [each["alarm_name"] for each in (*alarms(prod), *audit)]
    assert len(set(names)) == len(names)


def test_the_environment_of_the_application_alone_decides_what_is_traced(prod: Tiers) -> None:
    """A sampling rule of X-Ray's is for who polls it: nobody does."""
    assert "OTEL_TRACES_SAMPLER_ARG" in str(prod["application"].only("aws_launch_template"))
    for tier, stack in prod.items():
        assert not stack.resources("aws_xray_sampling_rule"), tier
    assert "xray:GetSampling" not in str(prod["application"].resources("aws_iam_role_policy"))
