"""CloudWatch: PutCompositeAlarm, and alarms by type.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from automation.emulator.extensions.double import remember

_SUPPRESSION = (
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
)


class CloudWatch(CloudWatchResponse):
    """moto keeps composite alarms, but has no action that makes one."""

    def put_composite_alarm(self) -> ActionResult:
        """A composite alarm is an alarm with a rule instead of a metric."""
        result = self.put_metric_alarm()
        alarm = self.cloudwatch_backend.alarms[self.params["AlarmName"]]
        remember(alarm, self.params, _SUPPRESSION)
        return result
