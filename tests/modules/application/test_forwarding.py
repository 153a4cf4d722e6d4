from cdktf import TerraformStack

from config import Naming
from config.application import HealthCheck
from modules.application.forwarding import Forwarding
from modules.application.target_group import TargetGroup
from modules.web.origin_secret import OriginSecret
from tests.synthesized import Resource, Synthesized, synthesize


def target_group(
    naming: Naming, *, vpc_id: str = "vpc-1", port: int = 8080, internal: bool = False
) -> Resource:
    def build(stack: TerraformStack) -> None:
        _target_group(stack, naming, vpc_id=vpc_id, port=port, internal=internal)

    return synthesize(build).only("aws_lb_target_group")


def _target_group(
    stack: TerraformStack, naming: Naming, *, vpc_id: str, port: int, internal: bool = False
) -> TargetGroup:
    return TargetGroup(
        stack,
        "target-group",
        naming=naming,
        vpc_id=vpc_id,
        port=port,
        internal=internal,
        health_check=HealthCheck(),
        deregistration_seconds=30,
    )


def forwarding(naming: Naming) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        secret = OriginSecret(stack, "origin-secret", naming=naming, kms_key_arn="key", readers=())
        Forwarding(
            stack,
            "forwarding",
            naming=naming,
            listener_arn="listener-arn",
            target_group_arn=_target_group(stack, naming, vpc_id="vpc-1", port=8080).arn,
            header_name=secret.header_name,
            header_values=secret.accepted,
        )

    return synthesize(build)


def test_only_requests_with_a_secret_header_reach_the_instances(naming: Naming) -> None:
    rule = forwarding(naming).only("aws_lb_listener_rule")
    assert rule["listener_arn"] == "listener-arn"
    (condition,) = rule["condition"]
    header = condition["http_header"]
    assert header["http_header_name"] == "X-Origin-Verify"
    assert len(set(header["values"])) == 3
    for value in header["values"]:
        assert value.startswith("${data.aws_secretsmanager_secret_version.")
    (action,) = rule["action"]
    assert action["type"] == "forward"
    assert action["target_group_arn"].startswith("${aws_lb_target_group.")


def test_targets_are_checked_on_the_port_that_they_serve_on(naming: Naming) -> None:
    group = target_group(naming)
    assert group["port"] == 8080
    assert group["protocol"] == "HTTP"
    assert group["target_type"] == "instance"
    assert group["deregistration_delay"] == "30"
    assert group["load_balancing_algorithm_type"] == "least_outstanding_requests"
    assert group["health_check"] == {
        "path": "/healthz",
        "protocol": "HTTP",
        "port": "traffic-port",
        "matcher": "200",
        "interval": 15,
        "timeout": 5,
        "healthy_threshold": 2,
        "unhealthy_threshold": 3,
    }


def test_another_port_or_vpc_makes_another_target_group_before_the_old_one_goes(
    naming: Naming,
) -> None:
    places = (("vpc-1", 8080), ("vpc-1", 65535), ("vpc-2", 8080))
    groups = [target_group(naming, vpc_id=vpc, port=port) for vpc, port in places]
    assert {str(each["lifecycle"]) for each in groups} == {"{'create_before_destroy': True}"}
    for (vpc, port), group in zip(places, groups, strict=True):
        digest = f'${{substr(sha256(join(" ", ["{vpc}", "HTTP", "{port}"])), 0, 6)}}'
        assert group["name"] == f"prod-349081-app-{digest}"


def test_an_internal_load_balancer_has_a_target_group_of_its_own(naming: Naming) -> None:
    digest = '${substr(sha256(join(" ", ["vpc-1", "HTTP", "8080", "internal"])), 0, 6)}'
    assert target_group(naming, internal=True)["name"] == f"prod-349081-app-{digest}"
