"""Log lines, counted."""

from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import (
    CloudwatchLogMetricFilter,
    CloudwatchLogMetricFilterMetricTransformation,
)
from constructs import Construct

from config.naming import Naming
from modules.monitoring.metric import FIVE_MINUTES, Metric


class LogMetric(Construct):
    """How many lines of a log group match a pattern, as a metric; none match: zero, not silence.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        purpose: str,
        log_group_name: str,
        pattern: str,
    ) -> None:
        super().__init__(scope, id_)
        self.metric = Metric(
            namespace=f"{naming.prefix}/logs",
            name=purpose,
            dimensions={},
            statistic="Sum",
            period=FIVE_MINUTES,
        )
        CloudwatchLogMetricFilter(
            self,
            "filter",
            name=naming.name(purpose),
            log_group_name=log_group_name,
            pattern=pattern,
            metric_transformation=CloudwatchLogMetricFilterMetricTransformation(
                namespace=self.metric.namespace,
                name=self.metric.name,
                value="1",
                default_value="0",
            ),
        )
