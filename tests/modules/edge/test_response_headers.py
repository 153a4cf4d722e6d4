from typing import get_args

from config import Naming, edge
from modules.edge.response_headers import ResponseHeaders
from tests.synthesized import Resource, synthesize


def policy_with(naming: Naming, headers: edge.ResponseHeaders) -> Resource:
    stack = synthesize(
        lambda stack: ResponseHeaders(
            stack,
            "headers",
            naming=naming,
            content_security_policy="default-src 'self'",
            headers=headers,
        )
    )
    return stack.only("aws_cloudfront_response_headers_policy")


def test_the_first_headers_can_be_taken_back_and_leave_the_application_its_own(
    naming: Naming,
) -> None:
    policy = policy_with(naming, edge.ResponseHeaders())
    assert policy["name"] == "prod-349081-response-headers"
    assert policy["security_headers_config"] == {
        "content_security_policy": {
            "content_security_policy": "default-src 'self'",
            "override": False,
        },
        "content_type_options": {"override": True},
        "frame_options": {"frame_option": "DENY", "override": False},
        "referrer_policy": {
            "override": False,
            "referrer_policy": "strict-origin-when-cross-origin",
        },
        "strict_transport_security": {
            "access_control_max_age_sec": 86_400,
            "include_subdomains": False,
            "override": True,
            "preload": False,
        },
    }
    (permissions,) = policy["custom_headers_config"]["items"]
    assert permissions["header"] == "Permissions-Policy"
    assert "camera=()" in permissions["value"]
    assert permissions["override"] is False


def test_each_header_can_be_chosen_and_replace_the_application_s(naming: Naming) -> None:
    every = get_args(edge.Header)
    chosen = edge.ResponseHeaders(
        transport_security_seconds=63_072_000,
        include_subdomains=True,
        preload=True,
        frame_options="SAMEORIGIN",
        referrer_policy="no-referrer",
        permissions_policy="camera=(self)",
        override=every,
    )
    policy = policy_with(naming, chosen)
    config = policy["security_headers_config"]
    assert config["strict_transport_security"] == {
        "access_control_max_age_sec": 63_072_000,
        "include_subdomains": True,
        "override": True,
        "preload": True,
    }
    assert config["frame_options"]["frame_option"] == "SAMEORIGIN"
    assert config["referrer_policy"]["referrer_policy"] == "no-referrer"
    (permissions,) = policy["custom_headers_config"]["items"]
    assert permissions["value"] == "camera=(self)"
    replaced = [each["override"] for each in (*config.values(), permissions)]
    assert replaced == [True] * len(every)
