from config import Naming
from modules.edge.origins import ApplicationOrigin, AssetsOrigin
from modules.web.origin_secret import OriginValue
from tests.synthesized import synthesize


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
