"""How CloudFront treats requests: dynamic ones go through, static ones are cached.

Managed policies have the same ids in every account.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionDefaultCacheBehavior,
    CloudfrontDistributionOrderedCacheBehavior,
)

CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"

_CACHED_METHODS = ["GET", "HEAD"]
_READ_METHODS = [*_CACHED_METHODS, "OPTIONS"]
_ALL_METHODS = [*_READ_METHODS, "DELETE", "PATCH", "POST", "PUT"]


def dynamic(
    origin_id: str, *, response_headers_policy_id: str
) -> CloudfrontDistributionDefaultCacheBehavior:
    """Hand every request to the origin as the viewer sent it, and cache nothing.

    What is not cached is not compressed here, either: the application does that.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/ServingCompressedFiles.html
    """
    return CloudfrontDistributionDefaultCacheBehavior(
        target_origin_id=origin_id,
        viewer_protocol_policy="redirect-to-https",
        allowed_methods=_ALL_METHODS,
        cached_methods=_CACHED_METHODS,
        cache_policy_id=CACHING_DISABLED,
        origin_request_policy_id=ALL_VIEWER,
        response_headers_policy_id=response_headers_policy_id,
        compress=False,
    )


def static(
    path_pattern: str, origin_id: str, *, response_headers_policy_id: str
) -> CloudfrontDistributionOrderedCacheBehavior:
    """Serve what matches a path pattern from the cache, without cookies or query strings."""
    return CloudfrontDistributionOrderedCacheBehavior(
        path_pattern=path_pattern,
        target_origin_id=origin_id,
        viewer_protocol_policy="redirect-to-https",
        allowed_methods=_READ_METHODS,
        cached_methods=_CACHED_METHODS,
        cache_policy_id=CACHING_OPTIMIZED,
        response_headers_policy_id=response_headers_policy_id,
        compress=True,
    )
