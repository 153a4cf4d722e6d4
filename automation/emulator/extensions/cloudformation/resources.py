"""What a kind of resource is, and how it is made: with the calls that anybody would make.

Each kind takes its properties by their names in templates.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import botocore.session
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber

Properties = Mapping[str, Any]
Tags = Mapping[str, str]
# A resource as others refer to it: its attributes, and what `Ref` means as "Ref".
Made = dict[str, str]


@cache
def client(service: str, region: str) -> Any:
    """A client whose calls moto answers in this very process."""
    stubber: Any = BotocoreStubber()
    stubber.enabled = True
    created = botocore.session.Session().create_client(
        service,
        region_name=region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",  # noqa: S106
    )
    created.meta.events.register("before-send", stubber)
    return created


def refused(call: str, code: str, message: str) -> ClientError:
    """The answer that AWS would have given, where moto is more generous."""
    return ClientError({"Error": {"Code": code, "Message": message}}, call)


class Kind(Protocol):
    """One type of resource."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:
        """Make one; raises `ClientError`, as all of these do."""

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Give it other properties."""

    def delete(self, region: str, made: Made, given: Properties) -> None:
        """Delete it."""

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """One that exists already."""


def pairs(tags: Tags) -> list[dict[str, str]]:
    """Tags as most of AWS's APIs have them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
