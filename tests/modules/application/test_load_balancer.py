import pytest

from config import Naming
from config.application import HealthCheck
from modules.application.load_balancer import LoadBalancer
from modules.application.origin_secret import OriginSecret
from modules.application.target_group import TargetGroup
from tests.synthesized import Synthesized, synthesize


def load_balancer(naming: Naming, *, port: int = 8080, protected: bool = True) -> Synthesized:
    return synthesize(
        lambda stack: LoadBalancer(
            stack,
            "load-balancer",
            naming=naming,
            subnet_ids=["subnet-a", "subnet-b"],
            security_group_ids=["sg-https", "sg-http"],
            certificate_arn="arn:aws:acm:us-west-2:123456789012:certificate/1",
            access_log_bucket="logs",
            origin_secret=OriginSecret(
                stack, "origin-secret", naming=naming, kms_key_arn="key", readers=()
            ),
            target_group=TargetGroup(
                stack,
                "target-group",
                naming=naming,
                vpc_id="vpc-1",
                port=port,
                health_check=HealthCheck(),
                deregistration_seconds=30,
            ),
            idle_timeout_seconds=60,
            deletion_protection=protected,
        )
    )


@pytest.fixture
def stack(naming: Naming) -> Synthesized:
    return load_balancer(naming)


def test_requests_are_hardened_and_logged(stack: Synthesized) -> None:
    assert stack.has(
        "aws_lb",
        name="prod-349081-web",
        internal=False,
        subnets=["subnet-a", "subnet-b"],
        security_groups=["sg-https", "sg-http"],
        drop_invalid_header_fields=True,
        desync_mitigation_mode="strictest",
        xff_header_processing_mode="append",
        enable_deletion_protection=True,
        access_logs={"bucket": "logs", "prefix": "alb", "enabled": True},
    )


def test_a_disposable_load_balancer_can_be_deleted(naming: Naming) -> None:
    assert not load_balancer(naming, protected=False).only("aws_lb")["enable_deletion_protection"]


def test_https_turns_away_what_no_rule_lets_through(stack: Synthesized) -> None:
    listener = stack.one("aws_lb_listener", port=443)
    assert listener["protocol"] == "HTTPS"
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    (action,) = listener["default_action"]
    assert action["type"] == "fixed-response"
    assert action["fixed_response"]["status_code"] == "403"


def test_only_requests_with_the_secret_header_reach_the_instances(stack: Synthesized) -> None:
    rule = stack.only("aws_lb_listener_rule")
    (condition,) = rule["condition"]
    header = condition["http_header"]
    assert header["http_header_name"] == "X-Origin-Verify"
    assert len(header["values"]) == 2
    for value in header["values"]:
        assert value.startswith("${data.aws_secretsmanager_secret_version.")
    (action,) = rule["action"]
    assert action["type"] == "forward"
    assert action["target_group_arn"].startswith("${aws_lb_target_group.")


def test_http_is_redirected_to_https(stack: Synthesized) -> None:
    (action,) = stack.one("aws_lb_listener", port=80)["default_action"]
    assert action["redirect"] == {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}


def test_targets_are_checked_on_the_port_that_they_serve_on(stack: Synthesized) -> None:
    group = stack.only("aws_lb_target_group")
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


def test_a_new_port_makes_a_new_target_group_before_the_old_one_goes(naming: Naming) -> None:
    names = set()
    for port in (8080, 65535):
        group = load_balancer(naming, port=port).only("aws_lb_target_group")
        assert group["lifecycle"] == {"create_before_destroy": True}
        assert len(group["name"]) <= 32
        names.add(group["name"])
    assert names == {"prod-349081-app-8080", "prod-349081-app-65535"}
