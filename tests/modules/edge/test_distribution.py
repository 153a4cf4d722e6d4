from collections.abc import Sequence

import pytest
from cdktf import TerraformStack

from config import Naming, edge
from modules.edge.behaviors import ALL_VIEWER, CACHING_DISABLED, CACHING_OPTIMIZED
from modules.edge.distribution import Distribution
from modules.edge.error_pages import ErrorPages
from modules.edge.origins import ApplicationOrigin, AssetsOrigin
from modules.edge.response_headers import ResponseHeaders
from modules.web.origin_secret import OriginValue
from tests.synthesized import Resource, synthesize

NAMES = ("example.com", "www.example.com")


def distribution(naming: Naming, blocked_countries: Sequence[str] = ()) -> Resource:
    def build(stack: TerraformStack) -> None:
        Distribution(
            stack,
            "distribution",
            naming=naming,
            domain_names=NAMES,
            certificate_arn="certificate-arn",
            web_acl_arn="web-acl-arn",
            application=ApplicationOrigin(
                stack,
                "application",
                domain_name="balancer.example.net",
                header_name="X-Origin-Verify",
                header_value=OriginValue(
                    id="origin-1", secret_arn="secret-arn", version_id="version-1"
                ),
                read_timeout_seconds=42,
            ),
            assets=AssetsOrigin(stack, "assets", naming=naming, domain_name="assets.example.net"),
            error_pages=ErrorPages(stack, "error-pages", naming=naming, bucket="assets"),
            response_headers=ResponseHeaders(
                stack,
                "response-headers",
                naming=naming,
                content_security_policy="default-src *",
                headers=edge.ResponseHeaders(),
            ),
            static_paths=("/static/*", "/media/*"),
            blocked_countries=blocked_countries,
        )

    return synthesize(build).only("aws_cloudfront_distribution")


@pytest.fixture
def site(naming: Naming) -> Resource:
    return distribution(naming)


def test_viewers_need_modern_tls_and_a_name_of_the_site(site: Resource) -> None:
    assert site["aliases"] == list(NAMES)
    assert site["viewer_certificate"] == {
        "acm_certificate_arn": "certificate-arn",
        "minimum_protocol_version": "TLSv1.2_2021",
        "ssl_support_method": "sni-only",
    }
    assert site["http_version"] == "http2and3"
    assert site["is_ipv6_enabled"] is True
    assert site["web_acl_id"] == "web-acl-arn"


def test_the_application_gets_every_request_as_it_was_sent(site: Resource) -> None:
    behavior = site["default_cache_behavior"]
    assert behavior["target_origin_id"] == "application"
    assert behavior["cache_policy_id"] == CACHING_DISABLED
    assert behavior["origin_request_policy_id"] == ALL_VIEWER
    assert {"POST", "PUT", "PATCH", "DELETE"} < set(behavior["allowed_methods"])


def test_static_paths_and_error_pages_are_cached_from_the_assets(site: Resource) -> None:
    behaviors = site["ordered_cache_behavior"]
    paths = [behavior["path_pattern"] for behavior in behaviors]
    assert paths == ["/static/*", "/media/*", "/errors/*"]
    for behavior in behaviors:
        assert behavior["target_origin_id"] == "assets"
        assert behavior["cache_policy_id"] == CACHING_OPTIMIZED
        assert set(behavior["allowed_methods"]) == {"GET", "HEAD", "OPTIONS"}


def test_every_behavior_is_https_only_and_sets_the_security_headers(site: Resource) -> None:
    for behavior in (site["default_cache_behavior"], *site["ordered_cache_behavior"]):
        assert behavior["viewer_protocol_policy"] == "redirect-to-https"
        headers = behavior["response_headers_policy_id"]
        assert "aws_cloudfront_response_headers_policy.response-headers" in headers


def test_the_application_is_reached_over_tls_with_the_secret_header(site: Resource) -> None:
    origin = site["origin"][0]
    assert origin["origin_id"] == "application"
    assert origin["domain_name"] == "balancer.example.net"
    (header,) = origin["custom_header"]
    assert header["name"] == "X-Origin-Verify"
    assert header["value"].startswith("${data.aws_secretsmanager_secret_version.application")
    settings = origin["custom_origin_config"]
    assert settings["origin_protocol_policy"] == "https-only"
    assert settings["origin_ssl_protocols"] == ["TLSv1.2"]
    assert settings["origin_read_timeout"] == 42


def test_the_assets_are_reached_through_access_control(site: Resource) -> None:
    origin = site["origin"][1]
    assert origin["origin_id"] == "assets"
    assert origin["domain_name"] == "assets.example.net"
    assert "aws_cloudfront_origin_access_control.assets" in origin["origin_access_control_id"]


def test_only_named_countries_are_turned_away(naming: Naming, site: Resource) -> None:
    assert site["restrictions"]["geo_restriction"]["restriction_type"] == "none"
    restricted = distribution(naming, ["XX"])["restrictions"]["geo_restriction"]
    assert restricted == {"restriction_type": "blacklist", "locations": ["XX"]}
