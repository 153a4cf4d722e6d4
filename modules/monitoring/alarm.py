"""Metric alarms, declared as values."""

from dataclasses import dataclass
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from config.naming import Naming
from modules.monitoring.metric import Expression, Metric
from modules.monitoring.runbooks import Runbooks

# What an expression's own value is called.
_RESULT = "result"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When a metric is out of bounds: in `datapoints_to_alarm` of `evaluation_periods` periods.

    Each alarm says what silence means, since CloudWatch's default would leave it undecided.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html

    `runbook` names the page that says what to do: it is named as the purpose, unless several alarms
    share one.
    """

    purpose: str
    description: str
    metric: Metric | Expression
    threshold: float
    treat_missing_data: Literal["breaching", "notBreaching", "ignore"]
    comparison_operator: Literal["GreaterThanThreshold", "LessThanThreshold"] = (
        "GreaterThanThreshold"
    )
    evaluation_periods: int = 5
    datapoints_to_alarm: int = 3
    runbook: str = ""


class Alarms(Construct):
    """Alarms that tell one topic when they go off and when all is well again.

    `arns` has what was added, by purpose; `runbooks` names the pages about it.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        topic_arn: str,
        runbooks: Runbooks,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self._naming = naming
        self._topic_arn = topic_arn
        self._runbooks = runbooks
        self._provider = provider
        self.arns: dict[str, str] = {}
        self.runbooks: set[str] = set()

    def add(self, *alarms: Alarm) -> None:
        """Create alarms, each under its purpose."""
        self.arns.update({alarm.purpose: self._create(alarm) for alarm in alarms})

    def _create(self, alarm: Alarm) -> str:
        runbook = alarm.runbook or alarm.purpose
        self.runbooks.add(runbook)
        created = CloudwatchMetricAlarm(
            self,
            alarm.purpose,
            alarm_name=self._naming.name(alarm.purpose),
            alarm_description=self._runbooks.described(alarm.description, runbook),
            comparison_operator=alarm.comparison_operator,
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluation_periods,
            datapoints_to_alarm=alarm.datapoints_to_alarm,
            treat_missing_data=alarm.treat_missing_data,
            alarm_actions=[self._topic_arn],
            ok_actions=[self._topic_arn],
            provider=self._provider,
            **_source(alarm.metric),
        )
        arn: str = created.arn
        return arn


def _source(metric: Metric | Expression) -> dict[str, Any]:
    """The arguments that say what an alarm looks at."""
    if isinstance(metric, Expression):
        return {"metric_query": _queries(metric)}
    source: dict[str, Any] = {
        "namespace": metric.namespace,
        "metric_name": metric.name,
        "dimensions": dict(metric.dimensions),
        "period": metric.period,
    }
    if not metric.statistic.startswith("p"):
        return {**source, "statistic": metric.statistic}
    # A percentile of a few requests is the slowest one: no reason to wake anybody.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    return {
        **source,
        "extended_statistic": metric.statistic,
        "evaluate_low_sample_count_percentiles": "ignore",
    }


def _queries(expression: Expression) -> list[CloudwatchMetricAlarmMetricQuery]:
    result = CloudwatchMetricAlarmMetricQuery(
        id=_RESULT, expression=expression.formula, label=expression.formula, return_data=True
    )
    parts = [
        CloudwatchMetricAlarmMetricQuery(
            id=id_,
            metric=CloudwatchMetricAlarmMetricQueryMetric(
                namespace=metric.namespace,
                metric_name=metric.name,
                dimensions=dict(metric.dimensions),
                period=metric.period,
                stat=metric.statistic,
            ),
        )
        for id_, metric in expression.metrics.items()
    ]
    return [result, *parts]
