"""The user's AWS account: a session in it, and what its errors mean."""

import os
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ProxyConnectionError,
    ReadTimeoutError,
    SSOTokenLoadError,
    TokenRetrievalError,
    UnauthorizedSSOTokenError,
)
from botocore.utils import is_valid_endpoint_url

from automation.errors import UserError
from config import Settings

_ABSENT = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
_ENDED = (SSOTokenLoadError, TokenRetrievalError, UnauthorizedSSOTokenError)
_SILENT = (ConnectTimeoutError, ReadTimeoutError)
_UNREACHABLE = (EndpointConnectionError, ProxyConnectionError)
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
_REACH = "check the network, and HTTPS_PROXY and AWS_ENDPOINT_URL if they are set"

# Seconds: AWS answers within one or two. Whatever else is retried, silence is borne twice.
_TIMEOUTS = Config(connect_timeout=5, read_timeout=12)
_SILENCES = 2


def connect(settings: Settings) -> boto3.Session:
    """A session in the environment's region, proved to be in its account.

    Credentials come from where every AWS tool looks for them. Raises `UserError` when there are
    none, or when they are another account's.
    https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    """
    _refuse_endpoints()
    try:
        session = boto3.Session(botocore_session=_impatient(), region_name=settings.region)
        # The environment's own region may yet have to be enabled.
        account = session.client("sts", region_name="us-east-1").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise UserError(explain(error)) from error
    except ValueError as error:
        # As boto3 refuses numbers and addresses that are none.
        raise UserError(f"the AWS_* variables or AWS's configuration file: {error}") from error
    if account != settings.account_id:
        raise UserError(
            f"the credentials are of account {account}, and {settings.environment} belongs to "
            f"{settings.account_id}: use that account's, or correct account_id in "
            f"environments/{settings.environment}.toml"
        )
    return session


def _refuse_endpoints() -> None:
    """Any client may be the first to meet a faulty one.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return
    for name, value in sorted(os.environ.items()):
        if name.startswith("AWS_ENDPOINT_URL") and value and not is_valid_endpoint_url(value):
            raise UserError(
                f'{name}: received "{value}"; unset it, or give an address such as '
                "https://sts.us-west-2.amazonaws.com"
            )


def _impatient() -> botocore.session.Session:
    """A session whose calls end when nobody answers, however often they are to be retried."""
    session = botocore.session.Session()
    session.set_default_client_config(_TIMEOUTS)
    session.get_component("event_emitter").register_first("needs-retry", _end_silence)
    return session


def _end_silence(*, attempts: int, caught_exception: Exception | None = None, **_: Any) -> None:
    """boto3 asks before each retry: a call that was given none ends with what it met."""
    if attempts >= _SILENCES and isinstance(caught_exception, _SILENT):
        raise caught_exception


def explain(error: BotoCoreError | ClientError) -> str:
    """What went wrong and what to do, in one line."""
    reason = " ".join(str(error).split())
    if isinstance(error, ClientError):
        return _explain_answer(error, reason)
    if isinstance(error, _ABSENT):
        return f"no AWS credentials: {_PROVIDE} ({reason})"
    if isinstance(error, _ENDED):
        return f"the AWS session has ended: run `aws sso login` ({reason})"
    if isinstance(error, _SILENT):
        return f"AWS does not answer: {_REACH} ({reason})"
    if isinstance(error, _UNREACHABLE):
        return f"AWS cannot be reached: {_REACH} ({reason})"
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
