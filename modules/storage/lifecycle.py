"""How long a bucket keeps objects."""

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
    S3BucketLifecycleConfigurationRuleTransition,
)
from constructs import Construct

ABANDONED_UPLOAD_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Lifecycle:
    """Days after which object versions go; `None` keeps current ones, or their storage class."""

    noncurrent_version_days: int
    expiration_days: int | None = None
    intelligent_tiering_days: int | None = None

    def apply(self, scope: Construct, *, bucket: str, after: ITerraformDependable) -> None:
        """Give a bucket this lifecycle, once it has versions."""
        S3BucketLifecycleConfiguration(
            scope,
            "lifecycle",
            bucket=bucket,
            rule=[self._versions(), *self._current()],
            depends_on=[after],
        )

    def _versions(self) -> S3BucketLifecycleConfigurationRule:
        return S3BucketLifecycleConfigurationRule(
            id="replaced-versions",
            status="Enabled",
            filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
            abort_incomplete_multipart_upload=[
                S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                    days_after_initiation=ABANDONED_UPLOAD_DAYS
                )
            ],
            noncurrent_version_expiration=[
                S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(
                    noncurrent_days=self.noncurrent_version_days
                )
            ],
        )

    def _current(self) -> list[S3BucketLifecycleConfigurationRule]:
        if self.expiration_days is None and self.intelligent_tiering_days is None:
            return []
        expiration = transition = None
        if self.expiration_days is not None:
            days = self.expiration_days
            expiration = [S3BucketLifecycleConfigurationRuleExpiration(days=days)]
        if self.intelligent_tiering_days is not None:
            transition = [
                S3BucketLifecycleConfigurationRuleTransition(
                    days=self.intelligent_tiering_days, storage_class="INTELLIGENT_TIERING"
                )
            ]
        return [
            S3BucketLifecycleConfigurationRule(
                id="current-objects",
                status="Enabled",
                filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                expiration=expiration,
                transition=transition,
            )
        ]
