from typing import Any

from cdktf import TerraformOutput, TerraformStack

from config import Naming
from modules.edge.origins import ApplicationOrigin, AssetsOrigin, PrivateWay
from modules.web.origin_secret import OriginValue
from tests.synthesized import synthesize

ARN = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/web-private/1"


def test_a_private_way_leads_to_the_load_balancer_over_tls(naming: Naming) -> None:
    stack = synthesize(lambda stack: PrivateWay(stack, "way", naming=naming, load_balancer_arn=ARN))
    origin = stack.only("aws_cloudfront_vpc_origin")
    assert origin["vpc_origin_endpoint_config"] == [
        {
            "name": "prod-349081-application",
            "arn": ARN,
            "http_port": 80,
            "https_port": 443,
            "origin_protocol_policy": "https-only",
            "origin_ssl_protocols": [{"items": ["TLSv1.2"], "quantity": 1}],
        }
    ]


def test_a_private_way_is_let_go_of_before_it_is_deleted(naming: Naming) -> None:
    stack = synthesize(lambda stack: PrivateWay(stack, "way", naming=naming, load_balancer_arn=ARN))
    assert stack.only("aws_cloudfront_vpc_origin")["lifecycle"] == {"create_before_destroy": True}


def test_the_application_is_asked_over_the_internet_or_by_a_private_way(naming: Naming) -> None:
    def both(stack: TerraformStack) -> None:
        way = PrivateWay(stack, "way", naming=naming, load_balancer_arn=ARN)
        for id_, private_way in (("public", None), ("private", way)):
            value = OriginValue(id="origin-1", secret_arn="secret-arn", version_id="version-1")
            application = ApplicationOrigin(
                stack,
                id_,
                domain_name="balancer.example.net",
                header_name="X-Origin-Verify",
                header_value=value,
                read_timeout_seconds=45,
                private_way=private_way,
            )
            for name in ("custom", "vpc"):
                config: Any = getattr(application.origin, f"{name}_origin_config")
                said = config.origin_read_timeout if config else 0
                TerraformOutput(stack, f"{id_}-{name}", value=said)

    found = {name: each["value"] for name, each in synthesize(both).parsed["output"].items()}
    assert found == {"public-custom": 45, "public-vpc": 0, "private-custom": 0, "private-vpc": 45}


def test_one_version_of_the_secret_is_read() -> None:
    stack = synthesize(
        lambda stack: ApplicationOrigin(
            stack,
            "application",
            domain_name="balancer.example.net",
            header_name="X-Origin-Verify",
            header_value=OriginValue(
                id="origin-1", secret_arn="secret-arn", version_id="version-1"
            ),
            read_timeout_seconds=30,
        )
    )
    assert stack.has_data(
        "aws_secretsmanager_secret_version", secret_id="secret-arn", version_id="version-1"
    )


def test_requests_to_the_bucket_are_always_signed(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: AssetsOrigin(
            stack, "assets", naming=naming, domain_name="assets.s3.us-west-2.amazonaws.com"
        )
    )
    assert stack.has(
        "aws_cloudfront_origin_access_control",
        name="prod-349081-assets",
        origin_access_control_origin_type="s3",
        signing_behavior="always",
        signing_protocol="sigv4",
    )
