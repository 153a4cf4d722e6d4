"""The Application Load Balancer between CloudFront and the instances."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from constructs import Construct

from config.naming import Naming
from modules.application.listeners import Listeners
from modules.application.origin_secret import OriginSecret
from modules.application.target_group import TargetGroup
from modules.monitoring.load_balancer import LoadBalancerMetrics
from modules.storage.bucket_policy import LOAD_BALANCER_LOGS


class LoadBalancer(Construct):
    """A public load balancer that serves nobody but the distribution which knows the secret.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        subnet_ids: Sequence[str],
        security_group_ids: Sequence[str],
        certificate_arn: str,
        access_log_bucket: str,
        origin_secret: OriginSecret,
        target_group: TargetGroup,
        idle_timeout_seconds: int,
        deletion_protection: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        load_balancer = Lb(
            self,
            "load-balancer",
            name=naming.name("web"),
            load_balancer_type="application",
            internal=False,
            subnets=list(subnet_ids),
            security_groups=list(security_group_ids),
            enable_http2=True,
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            xff_header_processing_mode="append",
            idle_timeout=idle_timeout_seconds,
            enable_deletion_protection=deletion_protection,
            access_logs=LbAccessLogs(
                bucket=access_log_bucket, prefix=LOAD_BALANCER_LOGS, enabled=True
            ),
        )
        self.arn: str = load_balancer.arn
        self.arn_suffix: str = load_balancer.arn_suffix
        self.dns_name: str = load_balancer.dns_name
        self.zone_id: str = load_balancer.zone_id
        self.target_group_arn: str = target_group.arn
        self.target_group_arn_suffix: str = target_group.arn_suffix
        listeners = self._listeners(naming, certificate_arn, origin_secret)
        # What registers targets, or scales by their requests, waits for `forwarding`.
        self.forwarding = listeners.forwarding

    @property
    def metrics(self) -> LoadBalancerMetrics:
        """What it and its target group tell CloudWatch."""
        return LoadBalancerMetrics(
            load_balancer=self.arn_suffix, target_group=self.target_group_arn_suffix
        )

    def _listeners(
        self, naming: Naming, certificate_arn: str, origin_secret: OriginSecret
    ) -> Listeners:
        return Listeners(
            self,
            "listeners",
            naming=naming,
            load_balancer_arn=self.arn,
            certificate_arn=certificate_arn,
            target_group_arn=self.target_group_arn,
            header_name=origin_secret.header_name,
            header_values=origin_secret.accepted_values,
        )
