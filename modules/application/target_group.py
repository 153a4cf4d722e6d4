"""The instances that the load balancer sends requests to."""

from cdktf import Fn, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from config.application import HealthCheck
from config.naming import Naming

PROTOCOL = "HTTP"


class TargetGroup(Construct):
    """Instances behind one load balancer; the one with the fewest open requests gets the next.

    An instance counts as fit to serve when it answers the health check's path with 200.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        vpc_id: str,
        port: int,
        internal: bool = False,
        health_check: HealthCheck,
        deregistration_seconds: int,
    ) -> None:
        super().__init__(scope, id_)
        group = LbTargetGroup(
            self,
            "target-group",
            # A listener's target group cannot be deleted, and another port or VPC asks for another
            # group: it is made, under another name, before the old one goes. Nor can two load
            # balancers have one.
            name=naming.name(f"app-{_digest(vpc_id, port, internal=internal)}"),
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            vpc_id=vpc_id,
            port=port,
            protocol=PROTOCOL,
            target_type="instance",
            load_balancing_algorithm_type="least_outstanding_requests",
            deregistration_delay=str(deregistration_seconds),
            health_check=LbTargetGroupHealthCheck(
                path=health_check.path,
                protocol="HTTP",
                port="traffic-port",
                matcher="200",
                interval=health_check.interval_seconds,
                timeout=health_check.timeout_seconds,
                healthy_threshold=health_check.healthy_threshold,
                unhealthy_threshold=health_check.unhealthy_threshold,
            ),
        )
        self.arn: str = group.arn
        self.arn_suffix: str = group.arn_suffix


def _digest(vpc_id: str, port: int, *, internal: bool) -> str:
    """Of all that asks for another target group, as Terraform alone knows the VPC's id."""
    parts = [vpc_id, PROTOCOL, str(port), *(["internal"] if internal else [])]
    return Fn.substr(Fn.sha256(Fn.join(" ", parts)), 0, 6)
