from dataclasses import replace
from typing import Any

from cdktf import TerraformStack

from config import Naming
from modules.monitoring.alarm import Alarm, Alarms, at_once
from modules.monitoring.metric import Expression, Metric
from modules.monitoring.runbooks import Runbooks
from tests.synthesized import Resource, synthesize

TOPIC = "arn:aws:sns:us-west-2:123456789012:alarms"
REQUESTS = Metric(
    namespace="Shop", name="Requests", dimensions={"Shop": "books"}, statistic="Sum", period=300
)

PAGES = Runbooks("docs/runbooks")
BUSY = Alarm(
    purpose="busy",
    description="Too many.",
    metric=REQUESTS,
    threshold=7,
    treat_missing_data="notBreaching",
)


def created(naming: Naming, metric: Metric | Expression, **otherwise: Any) -> Resource:
    alarm = replace(BUSY, metric=metric, **otherwise)

    def build(stack: TerraformStack) -> None:
        Alarms(stack, "alarms", naming=naming, topic_arn=TOPIC, runbooks=PAGES).add(alarm)

    return synthesize(build).only("aws_cloudwatch_metric_alarm")


def test_an_alarm_tells_the_topic_when_it_goes_off_and_when_all_is_well(naming: Naming) -> None:
    alarm = created(naming, REQUESTS)
    assert alarm["alarm_name"] == "prod-349081-busy"
    assert alarm["alarm_actions"] == [TOPIC]
    assert alarm["ok_actions"] == [TOPIC]


def test_silence_is_told_where_it_is_neither_good_nor_bad(naming: Naming) -> None:
    assert "insufficient_data_actions" not in created(naming, REQUESTS)
    silent = created(naming, REQUESTS, treat_missing_data="missing")
    assert silent["insufficient_data_actions"] == [TOPIC]


def test_at_once_is_after_a_single_period() -> None:
    assert (BUSY.datapoints_to_alarm, BUSY.evaluation_periods) == (3, 5)
    hasty = at_once(BUSY)
    assert (hasty.datapoints_to_alarm, hasty.evaluation_periods) == (1, 1)
    assert hasty.metric == BUSY.metric


def test_an_alarm_says_where_to_read_on(naming: Naming) -> None:
    described = created(naming, REQUESTS)["alarm_description"]
    assert described == "Too many. Runbook: docs/runbooks/busy.md"


def test_a_statistic(naming: Naming) -> None:
    alarm = created(naming, REQUESTS)
    assert alarm["statistic"] == "Sum"
    assert alarm["period"] == 300
    assert alarm["dimensions"] == {"Shop": "books"}
    assert "metric_query" not in alarm


def test_a_percentile_of_few_samples_changes_nothing(naming: Naming) -> None:
    latency = Metric(namespace="Shop", name="Latency", dimensions={}, statistic="p99")
    alarm = created(naming, latency)
    assert alarm["extended_statistic"] == "p99"
    assert alarm["evaluate_low_sample_count_percentiles"] == "ignore"
    assert "statistic" not in alarm


def test_only_the_result_of_an_expression_is_compared(naming: Naming) -> None:
    alarm = created(naming, Expression(formula="2 * requests", metrics={"requests": REQUESTS}))
    result, requests = alarm["metric_query"]
    assert (result["expression"], result["return_data"]) == ("2 * requests", True)
    assert requests["id"] == "requests"
    assert "return_data" not in requests
    assert requests["metric"]["stat"] == "Sum"
    assert "metric_name" not in alarm
