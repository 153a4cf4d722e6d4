"""The latest value of a database's metric."""

import datetime
from typing import Literal

from automation.checks.clients import Clients

_RECENT = datetime.timedelta(minutes=30)
_PERIOD_SECONDS = 300


def newest(
    clients: Clients,
    metric: str,
    instance: str,
    *,
    now: datetime.datetime,
    statistic: Literal["Minimum", "Maximum"],
) -> float | None:
    """Of the last half hour; None when there is none."""
    answer = clients.cloudwatch.get_metric_statistics(
        Namespace="AWS/RDS",
        MetricName=metric,
        Dimensions=[{"Name": "DBInstanceIdentifier", "Value": instance}],
        StartTime=now - _RECENT,
        EndTime=now,
        Period=_PERIOD_SECONDS,
        Statistics=[statistic],
    )
    points = sorted(answer["Datapoints"], key=lambda point: point["Timestamp"])
    return points[-1].get(statistic) if points else None
