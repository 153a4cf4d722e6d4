"""The page that CloudFront shows while the application cannot answer."""

from pathlib import Path

from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionCustomErrorResponse,
)
from cdktf_cdktf_provider_aws.s3_object import (
    S3Object,
    S3ObjectOverrideProvider,
    S3ObjectOverrideProviderDefaultTags,
)
from constructs import Construct

from config.naming import Naming

_FOLDER = Path(__file__).with_name("pages")
# The style is a file of its own, since the content security policy refuses inline styles.
_CONTENT_TYPES = {
    "unavailable.html": "text/html; charset=utf-8",
    "unavailable.css": "text/css; charset=utf-8",
}
# Long enough to shield a struggling application, short enough to be gone soon after it recovers.
_CACHE_SECONDS = 5
_MAX_OBJECT_TAGS = 10


class ErrorPages(Construct):
    """Keeps the error page in the assets bucket, which still serves when the application fails.

    `path_pattern` is where the page is to be served from the bucket; `responses` say when.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/GeneratingCustomErrorResponses.html
    """

    path_pattern = "/errors/*"

    def __init__(self, scope: Construct, id_: str, *, naming: Naming, bucket: str) -> None:
        super().__init__(scope, id_)
        for file_name, content_type in _CONTENT_TYPES.items():
            S3Object(
                self,
                file_name,
                bucket=bucket,
                key=f"errors/{file_name}",
                content=(_FOLDER / file_name).read_text(encoding="utf-8"),
                content_type=content_type,
                cache_control=f"public, max-age={_CACHE_SECONDS}",
                override_provider=None if _tags_fit(naming) else _no_tags(),
            )
        self.responses = [
            CloudfrontDistributionCustomErrorResponse(
                error_code=status,
                response_code=503,
                response_page_path="/errors/unavailable.html",
                error_caching_min_ttl=_CACHE_SECONDS,
            )
            for status in (502, 503, 504)
        ]


def _tags_fit(naming: Naming) -> bool:
    """Whether an object can have the environment's tags and its stack's: S3 allows ten.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html
    """
    return len(naming.tags) + 1 <= _MAX_OBJECT_TAGS


def _no_tags() -> S3ObjectOverrideProvider:
    """The provider can only leave all of the default tags out, not some."""
    return S3ObjectOverrideProvider(default_tags=S3ObjectOverrideProviderDefaultTags(tags={}))
