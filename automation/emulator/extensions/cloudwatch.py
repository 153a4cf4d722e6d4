"""CloudWatch: PutCompositeAlarm, alarms by type, and what values do to alarms.

moto keeps values and alarms apart: no value ever changes the state of an alarm.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from moto.cloudwatch.models import Alarm, MetricDatum
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from automation.emulator.extensions.double import Refused, remember

_SUPPRESSION = (
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
)
_NAMED = re.compile(r"""(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*["']?([^"')]+)["']?\s*\)""")
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
_STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "Average": lambda values: sum(values) / len(values),
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Sum": sum,
}
_MEDIAN = 50
# So many samples beyond a percentile make it one.
_BEYOND = 10


class CloudWatch(CloudWatchResponse):
    """moto keeps composite alarms, but has no action that makes one."""

    def put_composite_alarm(self) -> ActionResult:
        """A composite alarm is an alarm with a rule instead of a metric."""
        result = self.put_metric_alarm()
        alarm = self.cloudwatch_backend.alarms[self.params["AlarmName"]]
        remember(alarm, self.params, _SUPPRESSION)
        return result

    def delete_alarms(self) -> ActionResult:
        """One that a composite alarm asks stays, unless that goes, too.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
        """
        going = self._get_param("AlarmNames", [])
        for each in self.cloudwatch_backend.alarms.values():
            asked = set(_NAMED.findall(each.rule or ""))
            for name in sorted(asked & set(going)):
                if each.name not in going:
                    message = f"Cannot delete {name} as there are composite alarm(s) depending on"
                    raise Refused("ValidationError", f"{message} it.")
        return super().delete_alarms()

    def put_metric_data(self) -> ActionResult:
        """Values change the state of the alarms on their metric."""
        result = super().put_metric_data()
        names = {each["MetricName"] for each in self._get_param("MetricData", [])}
        for alarm in self.cloudwatch_backend.alarms.values():
            if alarm.namespace == self._get_param("Namespace") and alarm.metric_name in names:
                self._evaluate(alarm)
        return result

    def _evaluate(self, alarm: Alarm) -> None:
        """The state after the latest periods; missing ones decide nothing here.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
        """
        compare = _COMPARISONS.get(alarm.comparison_operator)
        if compare is None:
            return
        now = utcnow()
        periods = [
            self._values(alarm, now - timedelta(seconds=int(alarm.period) * (number + 1)))
            for number in range(int(alarm.evaluation_periods))
        ]
        periods = [each for each in periods if each]
        percentile = alarm.extended_statistic
        if percentile and alarm.evaluate_low_sample_count_percentile == "ignore":
            periods = [each for each in periods if len(each) >= _needed(percentile)]
        if not periods:
            return
        breaching = [compare(_statistic(alarm, each), float(alarm.threshold)) for each in periods]
        needed = int(alarm.datapoints_to_alarm or alarm.evaluation_periods)
        state = "ALARM" if sum(breaching) >= needed else "OK"
        if state != alarm.state_value:
            alarm.update_state(f"Threshold Crossed: {sum(breaching)} datapoints", "{}", state)

    def _values(self, alarm: Alarm, start: datetime) -> list[float]:
        """The values of an alarm's metric in the period that starts then."""
        end = start + timedelta(seconds=int(alarm.period))
        wanted = {(each.name, each.value) for each in alarm.dimensions}
        return sorted(
            float(each.value)
            for each in self.cloudwatch_backend.metric_data
            if isinstance(each, MetricDatum)
            and (each.namespace, each.name) == (alarm.namespace, alarm.metric_name)
            and {(one.name, one.value) for one in each.dimensions} == wanted
            and start < each.timestamp.replace(tzinfo=None) <= end
        )


def _statistic(alarm: Alarm, values: Sequence[float]) -> float:
    if alarm.extended_statistic:
        rank = math.ceil(_percent(alarm.extended_statistic) / 100 * len(values))
        return values[max(rank, 1) - 1]
    return _STATISTICS[alarm.statistic](values)


def _percent(statistic: str) -> float:
    return float(statistic.removeprefix("p"))


def _needed(statistic: str) -> float:
    """How many samples make a percentile of a period a significant one.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    """
    percent = _percent(statistic)
    share = 100 - percent if percent >= _MEDIAN else percent
    return _BEYOND / (share / 100)
