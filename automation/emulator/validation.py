"""Holds each call against AWS's rules for its parameters, and refuses it with AWS's error."""

from collections.abc import Sequence

from moto.core.exceptions import ServiceException

from automation.emulator import schemas
from automation.emulator.calls import Call
from automation.emulator.constraints import Breach, breaches

# How each service calls a request that breaks its model; `ValidationException` where none is named.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html and its like.
_CODES = {
    "autoscaling": "ValidationError",
    "cloudformation": "ValidationError",
    "cloudfront": "InvalidArgument",
    "cloudwatch": "ValidationError",
    "ec2": "InvalidParameterValue",
    "elbv2": "ValidationError",
    "iam": "ValidationError",
    "logs": "InvalidParameterException",
    "rds": "InvalidParameterValue",
    "route53": "InvalidInput",
    "s3": "InvalidArgument",
    "secretsmanager": "InvalidParameterException",
    "sns": "InvalidParameter",
    "sts": "ValidationError",
    "wafv2": "WAFInvalidParameterException",
    "xray": "InvalidRequestException",
}
# Services with a code of their own for what is missing.
_MISSING = {"ec2": "MissingParameter", "rds": "MissingParameter"}


class InvalidRequest(ServiceException):
    """An error of AWS's, by its code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def refusal(call: Call) -> InvalidRequest | None:
    """What AWS says to a call that breaks its model; None to all others."""
    service, shape = call.service, call.operation.input_shape
    found = list(breaches(shape, call.parameters)) if shape else []
    found += schemas.breaches(call)
    if not found:
        return None
    missing = all(each.missing for each in found) and service in _MISSING
    code = _MISSING[service] if missing else _CODES.get(service, "ValidationException")
    return InvalidRequest(code, _message(found))


def _message(found: Sequence[Breach]) -> str:
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(map(str, found))}"
