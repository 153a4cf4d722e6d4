"""What the application's own log tells."""

from constructs import Construct

from config.naming import Naming
from modules.monitoring.alarm import Alarm
from modules.monitoring.log_metric import LogMetric
from modules.monitoring.metric import Metric

PURPOSE = "application-errors"


class ApplicationErrors(Construct):
    """Counts the errors in a log of JSON lines that have a `level`."""

    def __init__(self, scope: Construct, id_: str, *, naming: Naming, log_group_name: str) -> None:
        super().__init__(scope, id_)
        self.metric: Metric = LogMetric(
            self,
            "errors",
            naming=naming,
            purpose=PURPOSE,
            log_group_name=log_group_name,
            pattern='{ ($.level = "ERROR") || ($.level = "CRITICAL") }',
        ).metric

    def alarm(self, *, threshold: int) -> Alarm:
        """Goes off when there are more errors in five minutes; silence is none."""
        return Alarm(
            purpose=PURPOSE,
            description="The application logs many errors.",
            metric=self.metric,
            threshold=threshold,
            evaluation_periods=1,
            datapoints_to_alarm=1,
            treat_missing_data="notBreaching",
        )
