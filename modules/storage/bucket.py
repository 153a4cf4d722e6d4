"""A private, encrypted, versioned S3 bucket."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_logging import S3BucketLoggingA
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from config.naming import Naming
from modules.policy import Statement, policy_document
from modules.storage.bucket_policy import ACCESS_LOGS, modern_tls_only, tls_only
from modules.storage.lifecycle import Lifecycle


class Bucket(Construct):
    """A bucket that only its account can reach, over TLS, and that forgets nothing at once.

    Without `kms_key_arn` it encrypts with keys of S3, as log delivery services ask for; without
    `access_log_bucket` nobody records who reads it, which only the log bucket itself may leave out.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        purpose: str,
        lifecycle: Lifecycle,
        kms_key_arn: str | None = None,
        access_log_bucket: str | None = None,
        statements: Sequence[Statement] = (),
        force_destroy: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        bucket = S3Bucket(
            self, "bucket", bucket=naming.bucket(purpose), force_destroy=force_destroy
        )
        self._bucket = bucket.id
        self.arn: str = bucket.arn
        self.regional_domain_name: str = bucket.bucket_regional_domain_name
        self._encrypt(kms_key_arn)
        versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self._bucket,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        lifecycle.apply(self, bucket=self._bucket, after=versioning)
        policy = self._protect([*_transport(naming.bucket_arn(purpose)), *statements])
        # Read from the policy, so that whoever uses the bucket waits until it is in force.
        self.name: str = policy.bucket
        if access_log_bucket is not None:
            S3BucketLoggingA(
                self,
                "logging",
                bucket=self._bucket,
                target_bucket=access_log_bucket,
                target_prefix=f"{ACCESS_LOGS}/{naming.bucket(purpose)}/",
            )

    def _encrypt(self, kms_key_arn: str | None) -> None:
        default = S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
            sse_algorithm="aws:kms" if kms_key_arn else "AES256", kms_master_key_id=kms_key_arn
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self._bucket,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=default,
                    bucket_key_enabled=kms_key_arn is not None,
                )
            ],
        )

    def _protect(self, statements: Sequence[Statement]) -> S3BucketPolicy:
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self._bucket,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        block = S3BucketPublicAccessBlock(
            self,
            "public-access-block",
            bucket=self._bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        return S3BucketPolicy(
            self,
            "policy",
            bucket=self._bucket,
            policy=policy_document(*statements),
            depends_on=[block],
        )


def _transport(bucket_arn: str) -> Sequence[Statement]:
    return tls_only(bucket_arn), modern_tls_only(bucket_arn)
