"""The user's AWS account: a session in it, and what its errors mean."""

import boto3
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)

from automation.errors import UserError
from config import Settings

_ABSENT = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
_ENDED = (SSOTokenLoadError, TokenRetrievalError, UnauthorizedSSOTokenError)
_UNREACHABLE = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
# https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_REJECTED = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
_PROVIDE = "set AWS_PROFILE, or run `aws sso login` or `aws configure`"


def connect(settings: Settings) -> boto3.Session:
    """A session in the environment's region, proved to be in its account.

    Credentials come from where every AWS tool looks for them. Raises `UserError` when there are
    none, or when they are another account's.
    https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    """
    try:
        session = boto3.Session(region_name=settings.region)
        # The environment's own region may yet have to be enabled.
        account = session.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise UserError(explain(error)) from error
    if account != settings.account_id:
        raise UserError(
            f"the credentials are of account {account}, and {settings.environment} belongs to "
            f"{settings.account_id}: use that account's, or correct account_id in "
            f"environments/{settings.environment}.toml"
        )
    return session


def explain(error: BotoCoreError | ClientError) -> str:
    """What went wrong and what to do, in one line."""
    reason = " ".join(str(error).split())
    if isinstance(error, ClientError):
        return _explain_answer(error, reason)
    if isinstance(error, _ABSENT):
        return f"no AWS credentials: {_PROVIDE} ({reason})"
    if isinstance(error, _ENDED):
        return f"the AWS session has ended: run `aws sso login` ({reason})"
    if isinstance(error, _UNREACHABLE):
        return f"AWS cannot be reached: check the network, and HTTPS_PROXY if it is set ({reason})"
    return reason


def _explain_answer(error: ClientError, reason: str) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    if code in _EXPIRED:
        return f"the AWS credentials have expired: sign in again ({reason})"
    if code in _REJECTED:
        return f"AWS does not accept the credentials: {_PROVIDE} ({reason})"
    if code in _DENIED:
        action = error.operation_name
        return f"access denied: the credentials' policies have to allow {action} ({reason})"
    return reason
