"""Security headers of every response."""

from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
    CloudfrontResponseHeadersPolicyCustomHeadersConfig,
    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems,
    CloudfrontResponseHeadersPolicySecurityHeadersConfig,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy,
    CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity,
)
from constructs import Construct

from config.naming import Naming

_TWO_YEARS_SECONDS = 63_072_000
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ResponseHeaders(Construct):
    """Headers that CloudFront sets, whatever the application or the bucket answers.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, naming: Naming, content_security_policy: str
    ) -> None:
        super().__init__(scope, id_)
        policy = CloudfrontResponseHeadersPolicy(
            self,
            "policy",
            name=naming.name("response-headers"),
            comment="Security headers of every response",
            security_headers_config=_security_headers(content_security_policy),
            custom_headers_config=_custom_headers({"Permissions-Policy": _PERMISSIONS}),
        )
        self.policy_id: str = policy.id


def _security_headers(
    content_security_policy: str,
) -> CloudfrontResponseHeadersPolicySecurityHeadersConfig:
    return CloudfrontResponseHeadersPolicySecurityHeadersConfig(
        strict_transport_security=CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
            access_control_max_age_sec=_TWO_YEARS_SECONDS,
            include_subdomains=True,
            # Preloading cannot be undone for months: the domain's owner has to ask for it.
            preload=False,
            override=True,
        ),
        content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(
            override=True
        ),
        frame_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions(
            frame_option="DENY", override=True
        ),
        referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
            referrer_policy="strict-origin-when-cross-origin", override=True
        ),
        content_security_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy(
            content_security_policy=content_security_policy, override=True
        ),
    )


def _custom_headers(
    headers: dict[str, str],
) -> CloudfrontResponseHeadersPolicyCustomHeadersConfig:
    return CloudfrontResponseHeadersPolicyCustomHeadersConfig(
        items=[
            CloudfrontResponseHeadersPolicyCustomHeadersConfigItems(
                header=header, value=value, override=True
            )
            for header, value in headers.items()
        ]
    )
