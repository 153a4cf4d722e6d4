from config import Naming
from modules.edge.response_headers import ResponseHeaders
from tests.synthesized import synthesize


def test_headers_hold_whatever_the_origin_says(naming: Naming) -> None:
    stack = synthesize(
        lambda stack: ResponseHeaders(
            stack, "headers", naming=naming, content_security_policy="default-src 'self'"
        )
    )
    policy = stack.only("aws_cloudfront_response_headers_policy")
    assert policy["name"] == "prod-349081-response-headers"
    assert policy["security_headers_config"] == {
        "content_security_policy": {
            "content_security_policy": "default-src 'self'",
            "override": True,
        },
        "content_type_options": {"override": True},
        "frame_options": {"frame_option": "DENY", "override": True},
        "referrer_policy": {
            "override": True,
            "referrer_policy": "strict-origin-when-cross-origin",
        },
        "strict_transport_security": {
            "access_control_max_age_sec": 63_072_000,
            "include_subdomains": True,
            "override": True,
            "preload": False,
        },
    }
    (permissions,) = policy["custom_headers_config"]["items"]
    assert permissions["header"] == "Permissions-Policy"
    assert "camera=()" in permissions["value"]
