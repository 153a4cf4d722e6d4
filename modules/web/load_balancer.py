"""The Application Load Balancer that CloudFront asks."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs
from constructs import Construct

from config.naming import Naming
from modules.storage.bucket_policy import LOAD_BALANCER_LOGS
from modules.web.listeners import Listeners


class LoadBalancer(Construct):
    """A load balancer that turns away what no rule of `https_listener_arn` forwards.

    An `internal` one has private addresses alone, and a name of its own: both may be there.

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
        idle_timeout_seconds: int,
        internal: bool = False,
        deletion_protection: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        load_balancer = Lb(
            self,
            "load-balancer",
            name=naming.name("web-private" if internal else "web"),
            load_balancer_type="application",
            internal=internal,
            subnets=list(subnet_ids),
            security_groups=list(security_group_ids),
            enable_http2=True,
            drop_invalid_header_fields=True,
            # What only looks odd is passed on, in a connection of its own.
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
            desync_mitigation_mode="defensive",
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
        listeners = Listeners(
            self,
            "listeners",
            naming=naming,
            load_balancer_arn=self.arn,
            certificate_arn=certificate_arn,
        )
        self.https_listener_arn: str = listeners.https_arn
