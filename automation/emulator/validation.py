"""Holds each call against AWS's rules for its parameters, and refuses it with AWS's error.

Models age. A provider that is newer than the one of the tests may know members and values that the
models do not: these are told, and not refused.
"""

import re
from collections.abc import Iterator, Sequence

from automation.emulator import constraints
from automation.emulator.calls import ApiCall
from automation.emulator.constraints import Breach, breaches
from automation.emulator.extensions.double import Refused

# The AWS provider that the tests run with.
TESTED_PROVIDER = (5, 100, 0)
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
# What services with words of their own say to what is missing, and to a value that is none.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html
_MISSING = {
    "ec2": ("MissingParameter", "The request must contain the parameter {}"),
    "rds": ("InvalidParameterValue", "The parameter {} must be provided and must not be blank."),
}
# What follows the first sentence differs from parameter to parameter: here it is what the model
# demands. RDS has words of its own for each parameter: message form not confirmed for its values.
_INVALID = {"ec2": "Value ({0.value}) for parameter {0.member} is invalid. It must {0.constraint}"}
# What services say to a member that they do not know; all others ignore it.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_MALFORMED = "The XML you provided was not well-formed or did not validate against our schema"
_UNKNOWN = {
    "cloudfront": ("MalformedInput", "Could not parse XML: unknown element '{}'"),
    "ec2": ("UnknownParameter", "The parameter {} is not recognized"),
    "route53": (
        "InvalidInput",
        "Invalid XML ; cvc-complex-type.2.4.a: Invalid content was found starting with element "
        "'{}'",
    ),
    "s3": ("MalformedXML", f"{_MALFORMED}: '{{}}'"),
    "s3control": ("MalformedXML", f"{_MALFORMED}: '{{}}'"),
}
_NUMBER = re.compile(r"\.\d+")


def refusal(call: ApiCall) -> Refused | None:
    """What AWS says to a call that breaks its model; None to all others."""
    newer = _is_newer(call)
    if call.unknown and not newer and call.service in _UNKNOWN:
        code, message = _UNKNOWN[call.service]
        return Refused(code, message.format(call.unknown[0]))
    found = [each for each in _breaches(call) if not (newer and each.ageing)]
    if not found:
        return None
    first = found[0]
    if first.missing and call.service in _MISSING:
        code, message = _MISSING[call.service]
        name = first.member if call.service == "ec2" else _capital(first.member)
        return Refused(code, message.format(name))
    said = _INVALID.get(call.service)
    message = said.format(first) if said else _message(found)
    return Refused(_CODES.get(call.service, "ValidationException"), message)


def told(call: ApiCall) -> list[str]:
    """What a call has that the models do not know, and that is not refused for it."""
    newer = _is_newer(call)
    found = [] if call.service in _UNKNOWN and not newer else list(call.unknown)
    if newer:
        found += [f"{each.member} = {each.value}" for each in _breaches(call) if each.ageing]
    # Of the items of a list, one tells of all.
    return list(dict.fromkeys(_NUMBER.sub("", each) for each in found))


def _is_newer(call: ApiCall) -> bool:
    return call.provider is not None and call.provider > TESTED_PROVIDER


def _breaches(call: ApiCall) -> Iterator[Breach]:
    if call.operation.input_shape:
        yield from breaches(call.operation.input_shape, call.parameters)
    yield from constraints.property_breaches(call)


def _capital(member: str) -> str:
    """A member as requests name it."""
    return ".".join(each[:1].upper() + each[1:] for each in member.split("."))


def _message(found: Sequence[Breach]) -> str:
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(map(str, found))}"
