"""The CloudFront distribution before the application and its assets."""

from collections.abc import Sequence
from typing import Literal

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
    CloudfrontDistributionRestrictions,
    CloudfrontDistributionRestrictionsGeoRestriction,
    CloudfrontDistributionViewerCertificate,
)
from constructs import Construct

from config.naming import Naming
from modules.edge import behaviors
from modules.edge.error_pages import ErrorPages
from modules.edge.origins import ApplicationOrigin, AssetsOrigin
from modules.edge.response_headers import ResponseHeaders

# The newest security policy that the lower end of the provider's range knows.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
MINIMUM_TLS = "TLSv1.2_2021"
PriceClass = Literal["PriceClass_100", "PriceClass_200", "PriceClass_All"]


class Distribution(Construct):
    """Serves static paths and error pages from the assets and all else from the application."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        domain_names: Sequence[str],
        certificate_arn: str,
        web_acl_arn: str,
        application: ApplicationOrigin,
        assets: AssetsOrigin,
        error_pages: ErrorPages,
        response_headers: ResponseHeaders,
        static_paths: Sequence[str] = (),
        price_class: PriceClass = "PriceClass_All",
        blocked_countries: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        headers = response_headers.policy_id
        distribution = CloudfrontDistribution(
            self,
            "distribution",
            enabled=True,
            comment=naming.name("site"),
            aliases=list(domain_names),
            http_version="http2and3",
            is_ipv6_enabled=True,
            price_class=price_class,
            web_acl_id=web_acl_arn,
            origin=[application.origin, assets.origin],
            default_cache_behavior=behaviors.dynamic(
                application.origin_id, response_headers_policy_id=headers
            ),
            ordered_cache_behavior=[
                behaviors.static(path, assets.origin_id, response_headers_policy_id=headers)
                for path in (*static_paths, error_pages.path_pattern)
            ],
            custom_error_response=error_pages.responses,
            viewer_certificate=_viewer_certificate(certificate_arn),
            restrictions=_restrictions(blocked_countries),
            tags={"Name": naming.name("site")},
        )
        self.id: str = distribution.id
        self.arn: str = distribution.arn
        self.domain_name: str = distribution.domain_name
        self.hosted_zone_id: str = distribution.hosted_zone_id


def _viewer_certificate(arn: str) -> CloudfrontDistributionViewerCertificate:
    return CloudfrontDistributionViewerCertificate(
        acm_certificate_arn=arn,
        minimum_protocol_version=MINIMUM_TLS,
        ssl_support_method="sni-only",
    )


def _restrictions(blocked_countries: Sequence[str]) -> CloudfrontDistributionRestrictions:
    return CloudfrontDistributionRestrictions(
        geo_restriction=CloudfrontDistributionRestrictionsGeoRestriction(
            restriction_type="blacklist" if blocked_countries else "none",
            locations=list(blocked_countries),
        )
    )
