"""What CloudWatch measures, as values that alarms and graphs share."""

from collections.abc import Mapping
from dataclasses import dataclass

MINUTE = 60
FIVE_MINUTES = 300
QUARTER = 900
HALF_HOUR = 1800
HOUR = 3600
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric and the statistic of it that is looked at, over `period` seconds.

    `statistic` is one of CloudWatch's, such as Average, or a percentile, such as p99.
    """

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    period: int = MINUTE


@dataclass(frozen=True, kw_only=True)
class Expression:
    """Metric math: a formula over metrics by the ids that it calls them.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """

    formula: str
    metrics: Mapping[str, Metric]
