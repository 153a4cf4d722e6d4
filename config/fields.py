"""Field types that more than one section uses; a type's description is its remedy."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo


class Section(BaseModel):
    """One TOML table: frozen, strictly typed, without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds, alone or in a tuple."""
    candidates = (field.annotation, *getattr(field.annotation, "__args__", ()))
    for each in candidates:
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_TIME = "([01][0-9]|2[0-3]):[0-5][0-9]"
_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"

AccountId = Annotated[
    str, Field(pattern=r"^\d{12}$", description="the 12 digits of the AWS account, as a string")
]
Region = Annotated[
    str,
    Field(
        pattern=r"^(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-\d$",
        description="an AWS region of the commercial partition, such as us-west-2",
    ),
]
DomainName = Annotated[
    str,
    Field(
        pattern=rf"^({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])$",
        max_length=253,
        description="a lower-case domain name without scheme or final dot, such as example.com",
    ),
]
DomainLabel = Annotated[
    str,
    Field(
        pattern=rf"^(\*|{_LABEL})(\.{_LABEL})*$",
        description="a label below the domain, such as www",
    ),
]
Email = Annotated[
    str,
    Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="an e-mail address"),
]
Cidr = Annotated[
    str,
    Field(
        pattern=r"^\d{1,3}(\.\d{1,3}){3}/\d{1,2}$",
        description="an IPv4 network in CIDR notation, such as 10.0.0.0/16",
    ),
]
TagValue = Annotated[
    str,
    Field(
        pattern=r"^[\w .:/=+@-]*$",
        max_length=256,
        description="at most 256 letters, digits, spaces and . : / = + - @ _",
    ),
]
UrlPath = Annotated[
    str, Field(pattern=r"^/[!-~]*$", description="a URL path that starts with /, such as /healthz")
]
Percent = Annotated[int, Field(ge=1, le=100, description="a percentage from 1 to 100")]
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653],
    Field(description="a number of days that CloudWatch Logs accepts, such as 30, 90 or 365"),
]
DailyWindow = Annotated[
    str,
    Field(pattern=rf"^{_TIME}-{_TIME}$", description="a daily window in UTC, such as 03:00-04:00"),
]
WeeklyWindow = Annotated[
    str,
    Field(
        pattern=rf"^{_DAY}:{_TIME}-{_DAY}:{_TIME}$",
        description="a weekly window in UTC, such as sun:04:30-sun:05:30",
    ),
]
