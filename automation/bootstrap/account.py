"""What the account has already, outside the stack."""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import ClientError

from automation.bootstrap.github import ISSUER
from automation.bootstrap.stack import PATIENT
from automation.errors import UserError
from config.naming import Naming

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

PURPOSE = "tfstate"
LOGS = "tfstate-logs"


class Account:
    """Looks, and changes nothing."""

    def __init__(self, session: boto3.Session, naming: Naming) -> None:
        self._session = session
        self._naming = naming
        self._s3: S3Client = session.client("s3", config=PATIENT)

    def trusts_github(self) -> bool:
        """Whether it has a provider for GitHub's tokens: there can be but one."""
        iam = self._session.client("iam", config=PATIENT)
        providers = iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
        return any(each.get("Arn", "").endswith(f"/{ISSUER}") for each in providers)

    def has_bucket(self, purpose: str) -> bool:
        """Whether its bucket for a purpose exists; raises `UserError` if it is somebody else's."""
        name = self._naming.bucket(purpose)
        try:
            self._s3.head_bucket(Bucket=name, ExpectedBucketOwner=self._naming.account_id)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if status == 404:
                return False
            if status == 403:
                raise UserError(
                    f"the bucket {name} exists, and is another account's or closed to these "
                    "credentials: use the owner's, or change app_id"
                ) from error
            raise
        return True

    def retained(self) -> list[Any]:
        """What an earlier stack left, as an import names it; raises `UserError` if not all of it.

        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
        """
        bucket, logs = (self._naming.bucket(purpose) for purpose in (PURPOSE, LOGS))
        try:
            alias = f"alias/{self._naming.name(PURPOSE)}"
            kms = self._session.client("kms", config=PATIENT)
            key = kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"]
            for name in (bucket, logs):
                self._s3.get_bucket_policy(Bucket=name)
        except ClientError as error:
            raise UserError(
                f"the bucket {bucket} exists outside the stack, and what belongs to it does not "
                f"({' '.join(str(error).split())}): restore that, or empty and delete the bucket"
            ) from error
        return [
            _existing("StateKey", "AWS::KMS::Key", KeyId=key),
            _existing("StateKeyAlias", "AWS::KMS::Alias", AliasName=alias),
            _existing("StateBucket", "AWS::S3::Bucket", BucketName=bucket),
            _existing("StateBucketPolicy", "AWS::S3::BucketPolicy", Bucket=bucket),
            _existing("AccessLogBucket", "AWS::S3::Bucket", BucketName=logs),
            _existing("AccessLogBucketPolicy", "AWS::S3::BucketPolicy", Bucket=logs),
        ]


def _existing(resource: str, kind: str, **identifier: str) -> dict[str, Any]:
    return {
        "ResourceType": kind,
        "LogicalResourceId": resource,
        "ResourceIdentifier": identifier,
    }
