"""Metric alarms, declared as values."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_composite_alarm import CloudwatchCompositeAlarm
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import (
    CloudwatchMetricAlarm,
    CloudwatchMetricAlarmMetricQuery,
    CloudwatchMetricAlarmMetricQueryMetric,
)
from constructs import Construct

from config.naming import Naming
from modules.monitoring.composite import composite_alarm
from modules.monitoring.metric import Expression, Metric
from modules.monitoring.runbooks import Runbooks

# What an expression's own value is called.
_RESULT = "result"


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """When a metric is out of bounds: in `datapoints_to_alarm` of `evaluation_periods` periods.

    Each alarm says what silence means. With "missing" the alarm has insufficient data, which is
    told like a bad value: where a metric has only begun, that is no news, as any alarm begins so.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2486

    `runbook` names the page that says what to do: it is named as the purpose, unless several alarms
    share one.
    """

    purpose: str
    description: str
    metric: Metric | Expression
    threshold: float
    treat_missing_data: Literal["breaching", "notBreaching", "ignore", "missing"]
    comparison_operator: Literal["GreaterThanThreshold", "LessThanThreshold"] = (
        "GreaterThanThreshold"
    )
    evaluation_periods: int = 5
    datapoints_to_alarm: int = 3
    runbook: str = ""


@dataclass(frozen=True, kw_only=True)
class Together:
    """An alarm that goes off while all its parts do, which tell nobody by themselves."""

    purpose: str
    description: str
    parts: Sequence[Alarm]
    runbook: str = ""


def at_once(alarm: Alarm) -> Alarm:
    """The alarm, gone off by a single bad period."""
    return replace(alarm, evaluation_periods=1, datapoints_to_alarm=1)


class Alarms(Construct):
    """Alarms that tell one topic when they go off and when all is well again.

    `arns` and `names` have what was added, by purpose; `runbooks` names the pages about it. Parts
    of other alarms are in none of them.
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
        self.names: dict[str, str] = {}
        self.runbooks: set[str] = set()

    def add(self, *alarms: Alarm | Together) -> None:
        """Create alarms, each under its purpose."""
        for alarm in alarms:
            created = (
                self._over(alarm)
                if isinstance(alarm, Together)
                else self._create(alarm, [self._topic_arn])
            )
            self.arns[alarm.purpose] = created.arn
            self.names[alarm.purpose] = created.alarm_name
            self.runbooks.add(alarm.runbook or alarm.purpose)

    def _over(self, alarm: Together) -> CloudwatchCompositeAlarm:
        parts = [self._create(part, None) for part in alarm.parts]
        return composite_alarm(
            self,
            alarm.purpose,
            naming=self._naming,
            purpose=alarm.purpose,
            description=alarm.description,
            rule=" AND ".join(f'ALARM("{part.arn}")' for part in parts),
            topic_arn=self._topic_arn,
            runbooks=self._runbooks,
            runbook=alarm.runbook,
        )

    def _create(self, alarm: Alarm, actions: list[str] | None) -> CloudwatchMetricAlarm:
        silence_is_told = alarm.treat_missing_data == "missing"
        return CloudwatchMetricAlarm(
            self,
            alarm.purpose,
            alarm_name=self._naming.name(alarm.purpose),
            alarm_description=self._runbooks.described(
                alarm.description, alarm.runbook or alarm.purpose
            ),
            comparison_operator=alarm.comparison_operator,
            threshold=alarm.threshold,
            evaluation_periods=alarm.evaluation_periods,
            datapoints_to_alarm=alarm.datapoints_to_alarm,
            treat_missing_data=alarm.treat_missing_data,
            alarm_actions=actions,
            ok_actions=actions,
            insufficient_data_actions=actions if silence_is_told else None,
            provider=self._provider,
            **_source(alarm.metric),
        )


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
