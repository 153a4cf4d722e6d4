"""The bucket that holds Terraform's states."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from automation.errors import UserError
from config import Settings

if TYPE_CHECKING:
    from types_boto3_s3.client import S3Client

_ABSENT = {"404", "NoSuchBucket", "NotFound"}
_CLOSED = {"301", "403", "AccessDenied", "Forbidden", "PermanentRedirect"}


def check_state_bucket(client: "S3Client", settings: Settings) -> None:
    """Raises `UserError` when it does not exist, or is not the account's.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    bucket, account = settings.naming.bucket("tfstate"), settings.account_id
    name = settings.environment
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _ABSENT:
            raise UserError(
                f"there is no state bucket {bucket}: "
                f"run `python -m automation bootstrap --env {name}`"
            ) from error
        if code in _CLOSED:
            raise UserError(
                f"the state bucket {bucket} is not one of account {account} in "
                f"{settings.region}, or the credentials may not use it: "
                f"run `python -m automation bootstrap --env {name} --status`"
            ) from error
        raise
