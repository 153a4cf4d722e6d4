"""What CloudFront, WAF and Route 53 tell, all of it in us-east-1."""

from dataclasses import dataclass

from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm, at_once
from modules.monitoring.metric import FIVE_MINUTES, Metric


@dataclass(frozen=True, kw_only=True)
class EdgeMetrics:
    """Metrics of a distribution, its web ACL (by metric name) and the site's health check.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
    """

    distribution_id: str
    web_acl_metric: str
    health_check_id: str

    @property
    def requests(self) -> Metric:
        """Viewers' requests, static paths included."""
        return self._cloudfront("Requests", "Sum")

    @property
    def error_rate(self) -> Metric:
        """Percentage of requests that end in a 5xx."""
        return self._cloudfront("5xxErrorRate", "Average")

    @property
    def blocked(self) -> Metric:
        """Requests that any rule of the web ACL blocked."""
        return self._waf("BlockedRequests")

    @property
    def allowed(self) -> Metric:
        """Requests that the web ACL let through."""
        return self._waf("AllowedRequests")

    @property
    def health(self) -> Metric:
        """1 while Route 53's checkers reach the site from the outside, 0 when they do not."""
        return Metric(
            namespace="AWS/Route53",
            name="HealthCheckStatus",
            statistic="Minimum",
            dimensions={"HealthCheckId": self.health_check_id},
        )

    def _cloudfront(self, name: str, statistic: str) -> Metric:
        return Metric(
            namespace="AWS/CloudFront",
            name=name,
            statistic=statistic,
            dimensions={"DistributionId": self.distribution_id, "Region": "Global"},
        )

    def _waf(self, name: str) -> Metric:
        return Metric(
            namespace="AWS/WAFV2",
            name=name,
            statistic="Sum",
            dimensions={"WebACL": self.web_acl_metric, "Rule": "ALL"},
            period=FIVE_MINUTES,
        )


def edge_alarms(metrics: EdgeMetrics, thresholds: Thresholds) -> list[Alarm]:
    """Alarms on what users see; only the health check reports without any traffic."""
    return [
        Alarm(
            purpose="site-unreachable",
            description="Route 53 cannot reach the site from the outside.",
            metric=metrics.health,
            comparison_operator="LessThanThreshold",
            threshold=1,
            evaluation_periods=2,
            datapoints_to_alarm=2,
            treat_missing_data="missing",
        ),
        Alarm(
            purpose="edge-error-rate",
            description="Too large a share of viewers' requests ends in a server error.",
            metric=metrics.error_rate,
            threshold=thresholds.error_rate_percent,
            treat_missing_data="notBreaching",
        ),
        at_once(
            Alarm(
                purpose="blocked-requests",
                description="WAF blocks many requests: an attack, or a rule that is too strict.",
                metric=metrics.blocked,
                threshold=thresholds.blocked_requests,
                treat_missing_data="notBreaching",
            )
        ),
    ]
