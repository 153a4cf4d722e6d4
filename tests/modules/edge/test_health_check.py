from config import Naming
from modules.edge.health_check import HealthCheck
from tests.synthesized import synthesize


def test_the_site_is_asked_over_https_by_its_name(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: HealthCheck(
            stack, "check", naming=naming, domain_name="example.com", path="/healthz"
        )
    )
    assert stack.has(
        "aws_route53_health_check",
        type="HTTPS",
        fqdn="example.com",
        port=443,
        resource_path="/healthz",
        enable_sni=True,
        request_interval=30,
        failure_threshold=3,
        measure_latency=True,
        tags={"Name": "prod-349081-site"},
    )
