"""Settings of the DNS tier."""

from typing import Annotated

from pydantic import Field

from config.allowed import Form
from config.fields import DomainLabel, Section

HostedZoneId = Annotated[
    str,
    Field(pattern=r"^Z[A-Z0-9]{1,31}$"),
    Form("a Route 53 hosted zone id", "Z0123456789ABC"),
]


class Dns(Section):
    """Which names the site answers to, and who owns the hosted zone."""

    hosted_zone_id: HostedZoneId | None = Field(
        None,
        description="an existing public hosted zone for the domain; when absent, one is created",
    )
    aliases: tuple[DomainLabel, ...] = Field(
        ("www",), max_length=9, description="further names of the site below the domain"
    )
    query_logging: bool = Field(
        True, description="log DNS queries of a hosted zone that Terrace creates"
    )
