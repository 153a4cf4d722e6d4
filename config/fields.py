"""Field types that more than one section uses.

A field's description says what it is; what it may be follows from its type (`allowed.py`).
"""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.allowed import Form
from config.regions import region
from config.schedules import daily, weekly


class Section(BaseModel):
    """One TOML table: frozen, strictly typed, without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

AccountId = Annotated[
    str,
    Field(pattern=r"^[0-9]{12}$", description="the AWS account"),
    Form("12 digits, as a string", "123456789012"),
]
Region = Annotated[
    str,
    Field(pattern=r"^[a-z]{2}-[a-z]{4,9}-[1-9]$", description="where it runs"),
    AfterValidator(region),
    Form("an AWS region of the commercial partition", "us-west-2"),
]
# The first name of a certificate has at most 64 characters.
# https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
DomainName = Annotated[
    str,
    Field(
        pattern=rf"^({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])$",
        max_length=64,
        description="the site's domain",
    ),
    Form(
        "a lower-case domain name without scheme or final dot, of labels of at most 63 letters, "
        "digits and -",
        "example.com",
    ),
]
DomainLabel = Annotated[
    str,
    Field(pattern=rf"^(\*|{_LABEL})(\.{_LABEL})*$", max_length=253),
    Form("a name below the domain, in lower case and without the domain", "www"),
]
_ATOM = r"[A-Za-z0-9!#&'*+=?^_`|~-]+"
Email = Annotated[
    str,
    Field(
        pattern=rf"^{_ATOM}(\.{_ATOM})*@([A-Za-z0-9]([A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+"
        r"[A-Za-z]{2,63}$",
        max_length=254,
    ),
    Form("an e-mail address in ASCII", "on-call@example.com", caseless=True),
]
Cidr = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"),
    Form("an IPv4 network in CIDR notation", "10.0.0.0/16"),
]


def _tag(text: str) -> str:
    """By IAM's rule, the strictest of those services that say one.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_Tag.html
    """
    wrong = sorted({each for each in text if not _in_tag(each)})
    if wrong:
        raise ValueError(f"not {' '.join(map(ascii, wrong[:5]))}")
    return text


def _in_tag(character: str) -> bool:
    return character in " _.:/=+-@" or unicodedata.category(character)[0] in "LN"


_TAG_WORDS = "letters, digits, spaces and _ . : / = + - @"
TagKey = Annotated[
    str,
    Field(min_length=1, max_length=128),
    AfterValidator(_tag),
    Form(_TAG_WORDS, "Project", caseless=True),
]
# CloudFormation, which makes the bucket of the states, takes no empty one.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Tag.html
TagValue = Annotated[
    str,
    Field(min_length=1, max_length=256),
    AfterValidator(_tag),
    Form(_TAG_WORDS, "web"),
]
# Characters of RFC 3986, in ways that Terraform takes for nothing else; Route 53 reads 255.
# https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
UrlPath = Annotated[
    str,
    Field(pattern=r"^/([A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$", max_length=255),
    Form(
        "a URL path that starts with /, other characters than A-Z a-z 0-9 ._~!$&'()*+,;=:@/?- "
        "as %XX",
        "/healthz",
    ),
]
Percent = Annotated[int, Field(ge=1, le=100, description="a percentage")]
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653],
    Field(description="days that a log group keeps what is in it"),
]
DailyWindow = Annotated[
    str,
    Field(pattern=rf"^{_TIME}-{_TIME}$"),
    AfterValidator(daily),
    Form("at least 30 minutes of each day in UTC, hh:mm-hh:mm", "03:00-04:00"),
]
WeeklyWindow = Annotated[
    str,
    Field(pattern=rf"^{_DAY}:{_TIME}-{_DAY}:{_TIME}$"),
    AfterValidator(weekly),
    Form("30 minutes to 24 hours of each week in UTC, ddd:hh:mm-ddd:hh:mm", "sun:04:30-sun:05:30"),
]
