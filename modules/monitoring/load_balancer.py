"""What the load balancer tells about the service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm
from modules.monitoring.metric import FIVE_MINUTES, Expression, Metric

NO_HEALTHY_HOST = "no-healthy-host"
OUTAGE = "outage"


@dataclass(frozen=True, kw_only=True)
class LoadBalancerMetrics:
    """Metrics of an Application Load Balancer and its target group, by their ARN suffixes.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    """

    load_balancer: str
    target_group: str

    @property
    def requests(self) -> Metric:
        """Requests that reached a target."""
        return self._target_group("RequestCount", "Sum")

    def latency(self, percentile: str) -> Metric:
        """Seconds until a target answers, at a percentile such as p99."""
        return self._target_group("TargetResponseTime", percentile)

    def slowness(self, percentile: str) -> Expression:
        """The latency of five minutes, or 0 when too few requests tell what it is.

        Of so many requests as are asked for, at least two are slower than the percentile.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
        """
        enough = round(2 / (1 - float(percentile[1:]) / 100))
        return Expression(
            formula=f"IF(requests >= {enough}, latency, 0)",
            metrics={
                "requests": replace(self.requests, period=FIVE_MINUTES),
                "latency": replace(self.latency(percentile), period=FIVE_MINUTES),
            },
        )

    @property
    def error_rate(self) -> Expression:
        """Percentage of requests that end in a 5xx, be it the target's or the load balancer's.

        Requests that found no target to go to are missing from the request count, so the load
        balancer's own errors are in the denominator, too: without targets the rate is 100.
        """
        return Expression(
            formula=(
                "100 * (FILL(target_errors, 0) + FILL(own_errors, 0))"
                " / (FILL(requests, 0) + FILL(own_errors, 0))"
            ),
            metrics={
                "requests": self.requests,
                "target_errors": self._target_group("HTTPCode_Target_5XX_Count", "Sum"),
                "own_errors": self._load_balancer("HTTPCode_ELB_5XX_Count", "Sum"),
            },
        )

    @property
    def healthy_hosts(self) -> Metric:
        """Targets that can serve, as the node sees it that sees most."""
        return self._target_group("HealthyHostCount", "Maximum")

    @property
    def unhealthy_hosts(self) -> Metric:
        """Targets that cannot serve, as the node sees it that sees most."""
        return self._target_group("UnHealthyHostCount", "Maximum")

    @property
    def rejected_connections(self) -> Metric:
        """Connections turned away because the load balancer is full."""
        return self._load_balancer("RejectedConnectionCount", "Sum")

    def _load_balancer(self, name: str, statistic: str) -> Metric:
        dimensions = {"LoadBalancer": self.load_balancer}
        return _metric(name, statistic, dimensions)

    def _target_group(self, name: str, statistic: str) -> Metric:
        dimensions = {"LoadBalancer": self.load_balancer, "TargetGroup": self.target_group}
        return _metric(name, statistic, dimensions)


def _metric(name: str, statistic: str, dimensions: Mapping[str, str]) -> Metric:
    return Metric(
        namespace="AWS/ApplicationELB", name=name, statistic=statistic, dimensions=dimensions
    )


def load_balancer_alarms(metrics: LoadBalancerMetrics, thresholds: Thresholds) -> list[Alarm]:
    """Alarms on health, errors and latency.

    The load balancer reports counts only when there is something to count, so silence is good,
    except about healthy targets: an empty target group reports nothing.
    """
    slow = {
        "p50": thresholds.latency_p50_seconds,
        "p95": thresholds.latency_p95_seconds,
        "p99": thresholds.latency_p99_seconds,
    }
    latency = [
        Alarm(
            purpose=f"latency-{percentile}",
            description=f"Answers take too long ({percentile}).",
            metric=metrics.slowness(percentile),
            threshold=seconds,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data="notBreaching",
            runbook="latency",
        )
        for percentile, seconds in slow.items()
    ]
    errors = Alarm(
        purpose="error-rate",
        description="Too large a share of requests ends in a server error.",
        metric=metrics.error_rate,
        threshold=thresholds.error_rate_percent,
        treat_missing_data="notBreaching",
    )
    outage = replace(
        errors,
        purpose=OUTAGE,
        description="So many requests end in a server error that the site is as good as down.",
        threshold=thresholds.outage_percent,
    )
    return [*_health(metrics), errors, outage, *latency]


def _health(metrics: LoadBalancerMetrics) -> list[Alarm]:
    return [
        Alarm(
            purpose=NO_HEALTHY_HOST,
            description="No instance can serve: the site is down.",
            metric=metrics.healthy_hosts,
            comparison_operator="LessThanThreshold",
            threshold=1,
            evaluation_periods=2,
            datapoints_to_alarm=2,
            treat_missing_data="breaching",
        ),
        Alarm(
            purpose="unhealthy-hosts",
            description="An instance has failed its health check for five minutes.",
            metric=metrics.unhealthy_hosts,
            threshold=0,
            datapoints_to_alarm=5,
            treat_missing_data="notBreaching",
        ),
        Alarm(
            purpose="rejected-connections",
            description="The load balancer turns connections away.",
            metric=metrics.rejected_connections,
            threshold=0,
            treat_missing_data="notBreaching",
        ),
    ]
