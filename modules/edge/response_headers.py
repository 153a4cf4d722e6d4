"""Security headers of every response."""

from collections.abc import Mapping, Sequence

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

from config import edge
from config.naming import Naming


class ResponseHeaders(Construct):
    """Headers that responses get, in place of their own where `headers.override` names them.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/understanding-response-headers-policies.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        content_security_policy: str,
        headers: edge.ResponseHeaders,
    ) -> None:
        super().__init__(scope, id_)
        policy = CloudfrontResponseHeadersPolicy(
            self,
            "policy",
            name=naming.name("response-headers"),
            comment="Security headers of every response",
            security_headers_config=_security_headers(content_security_policy, headers),
            custom_headers_config=_custom_headers(
                {"Permissions-Policy": headers.permissions_policy}, headers.override
            ),
        )
        self.policy_id: str = policy.id


def _security_headers(
    content_security_policy: str, headers: edge.ResponseHeaders
) -> CloudfrontResponseHeadersPolicySecurityHeadersConfig:
    replaced = headers.override
    return CloudfrontResponseHeadersPolicySecurityHeadersConfig(
        strict_transport_security=CloudfrontResponseHeadersPolicySecurityHeadersConfigStrictTransportSecurity(
            access_control_max_age_sec=headers.transport_security_seconds,
            include_subdomains=headers.include_subdomains,
            preload=headers.preload,
            override="Strict-Transport-Security" in replaced,
        ),
        content_type_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentTypeOptions(
            override="X-Content-Type-Options" in replaced
        ),
        frame_options=CloudfrontResponseHeadersPolicySecurityHeadersConfigFrameOptions(
            frame_option=headers.frame_options, override="X-Frame-Options" in replaced
        ),
        referrer_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigReferrerPolicy(
            referrer_policy=headers.referrer_policy, override="Referrer-Policy" in replaced
        ),
        content_security_policy=CloudfrontResponseHeadersPolicySecurityHeadersConfigContentSecurityPolicy(
            content_security_policy=content_security_policy,
            override="Content-Security-Policy" in replaced,
        ),
    )


def _custom_headers(
    values: Mapping[str, str], replaced: Sequence[str]
) -> CloudfrontResponseHeadersPolicyCustomHeadersConfig:
    return CloudfrontResponseHeadersPolicyCustomHeadersConfig(
        items=[
            CloudfrontResponseHeadersPolicyCustomHeadersConfigItems(
                header=header, value=value, override=header in replaced
            )
            for header, value in values.items()
        ]
    )
