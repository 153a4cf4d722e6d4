"""What the load balancer tells about the service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from config.application import RELEASE_ERRORS
from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm, at_once
from modules.monitoring.metric import FIVE_MINUTES, MINUTE, Expression, Metric

_ERRORS = "(FILL(target_errors, 0) + FILL(own_errors, 0))"
_ERROR_RATE = f"100 * {_ERRORS} / (FILL(requests, 0) + FILL(unserved, 0))"
NO_HEALTHY_HOST = "no-healthy-host"
OUTAGE = "outage"
# So many failed answers in five minutes, and no fewer, say something of a release: a site that
# hardly anybody visits has one now and then.
_FEWEST_ERRORS = 5


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

        Requests that found no target to go to, which are answered with 503, are missing from the
        request count, so they are added: without targets the rate is 100. Those that a target did
        not answer (502, 504) are in it already.
        """
        return Expression(formula=_ERROR_RATE, metrics=self._counts(MINUTE))

    def failures(self, period: int, least: int) -> Expression:
        """The error rate of a longer period, or 0 when fewer requests than so many failed."""
        return Expression(
            formula=f"IF({_ERRORS} >= {least}, {_ERROR_RATE}, 0)", metrics=self._counts(period)
        )

    def slow_answers(self, period: int, least: int, *, seconds: float) -> Expression:
        """Percentage of answers that took longer, or 0 when fewer than so many did.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
        """
        in_time = self._target_group("TargetResponseTime", f"PR(:{seconds:g})")
        return Expression(
            formula=f"IF(requests * (100 - in_time) / 100 >= {least}, 100 - in_time, 0)",
            metrics={
                "requests": replace(self.requests, period=period),
                "in_time": replace(in_time, period=period),
            },
        )

    def _counts(self, period: int) -> Mapping[str, Metric]:
        """What an error rate is made of."""
        counts = {
            "requests": self.requests,
            "target_errors": self._target_errors,
            "own_errors": self._load_balancer("HTTPCode_ELB_5XX_Count", "Sum"),
            "unserved": self._load_balancer("HTTPCode_ELB_503_Count", "Sum"),
        }
        return {id_: replace(each, period=period) for id_, each in counts.items()}

    def answered_errors(self, least: int) -> Expression:
        """Percentage of answers in five minutes that are a target's 5xx, or 0 below so many.

        No answers are no errors.
        """
        errors = "FILL(errors, 0)"
        return Expression(
            formula=f"IF({errors} >= {least}, 100 * {errors} / requests, 0)",
            metrics={
                "requests": replace(self.requests, period=FIVE_MINUTES),
                "errors": replace(self._target_errors, period=FIVE_MINUTES),
            },
        )

    @property
    def _target_errors(self) -> Metric:
        return self._target_group("HTTPCode_Target_5XX_Count", "Sum")

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
    except about healthy targets: an empty target group reports nothing, which is told once it has
    reported something. The first targets are unhealthy until they have been asked, and what comes
    after that may be known minutes late; that visitors get errors is told sooner.
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


def release_alarm(metrics: LoadBalancerMetrics, *, error_percent: float) -> Alarm:
    """What stops an instance refresh: pages that fail, though the health check is answered.

    Five minutes up to the last one are looked at every minute, so it goes off as soon as they hold
    enough, and not before the first new instance serves.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    """
    return at_once(
        Alarm(
            purpose=RELEASE_ERRORS,
            description="Instances answer too many requests with a server error to replace more.",
            metric=metrics.answered_errors(_FEWEST_ERRORS),
            threshold=error_percent,
            treat_missing_data="notBreaching",
        )
    )


def _health(metrics: LoadBalancerMetrics) -> list[Alarm]:
    return [
        Alarm(
            purpose=NO_HEALTHY_HOST,
            description="No instance can serve: the site is down.",
            metric=metrics.healthy_hosts,
            comparison_operator="LessThanThreshold",
            threshold=1,
            evaluation_periods=4,
            datapoints_to_alarm=4,
            treat_missing_data="missing",
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
