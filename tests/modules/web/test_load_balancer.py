import pytest

from config import Naming
from modules.web.load_balancer import LoadBalancer
from tests.synthesized import Synthesized, synthesize


def load_balancer(naming: Naming, *, protected: bool = True, internal: bool = False) -> Synthesized:
    return synthesize(
        lambda stack: LoadBalancer(
            stack,
            "load-balancer",
            naming=naming,
            subnet_ids=["subnet-a", "subnet-b"],
            security_group_ids=["sg-https", "sg-http"],
            certificate_arn="arn:aws:acm:us-west-2:123456789012:certificate/1",
            access_log_bucket="logs",
            idle_timeout_seconds=60,
            internal=internal,
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
        desync_mitigation_mode="defensive",
        xff_header_processing_mode="append",
        enable_deletion_protection=True,
        access_logs={"bucket": "logs", "prefix": "alb", "enabled": True},
    )


def test_a_disposable_load_balancer_can_be_deleted(naming: Naming) -> None:
    assert not load_balancer(naming, protected=False).only("aws_lb")["enable_deletion_protection"]


def test_an_internal_one_may_be_beside_the_public_one(naming: Naming) -> None:
    found = load_balancer(naming, internal=True).only("aws_lb")
    assert (found["name"], found["internal"]) == ("prod-349081-web-private", True)


def test_https_turns_away_what_no_rule_lets_through(stack: Synthesized) -> None:
    listener = stack.one("aws_lb_listener", port=443)
    assert listener["protocol"] == "HTTPS"
    assert listener["ssl_policy"] == "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    (action,) = listener["default_action"]
    assert action["type"] == "fixed-response"
    assert action["fixed_response"]["status_code"] == "403"


def test_http_is_redirected_to_https(stack: Synthesized) -> None:
    (action,) = stack.one("aws_lb_listener", port=80)["default_action"]
    assert action["redirect"] == {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}


def test_it_waits_for_no_target(stack: Synthesized) -> None:
    assert not stack.resources("aws_lb_target_group")
    assert not stack.resources("aws_lb_listener_rule")
