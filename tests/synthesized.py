"""Synthesized Terraform JSON, to be looked at in tests."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cdktf import TerraformStack, Testing
from cdktf_cdktf_provider_aws.provider import AwsProvider

Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesized:
    """The JSON of one stack, with CDKTF's matchers at hand."""

    text: str

    @cached_property
    def parsed(self) -> dict[str, Any]:
        """The JSON as Python values; tests share it and must not change it."""
        parsed: dict[str, Any] = json.loads(self.text)
        return parsed

    def has(self, resource_type: str, **properties: Any) -> bool:
        """Whether a resource of the type has at least these properties."""
        return bool(Testing.to_have_resource_with_properties(self.text, resource_type, properties))

    def has_data(self, data_type: str, **properties: Any) -> bool:
        """Whether a data source of the type has at least these properties."""
        return bool(Testing.to_have_data_source_with_properties(self.text, data_type, properties))

    def resources(self, resource_type: str) -> dict[str, Resource]:
        """All resources of a type by their logical id."""
        found: dict[str, Resource] = self.parsed.get("resource", {}).get(resource_type, {})
        return found

    def only(self, resource_type: str) -> Resource:
        """The one resource of a type; fails where there are none or several."""
        (resource,) = self.resources(resource_type).values()
        return resource

    def one(self, resource_type: str, **properties: Any) -> Resource:
        """The one resource of a type with these properties."""
        (resource,) = (
            each
            for each in self.resources(resource_type).values()
            if all(each.get(name) == value for name, value in properties.items())
        )
        return resource


def policy(document: str) -> dict[str, Resource]:
    """A policy document's statements by their ids."""
    statements = json.loads(document)["Statement"]
    return {statement["Sid"]: statement for statement in statements}


def us_east_1(stack: TerraformStack) -> AwsProvider:
    """The provider that every tier has for what AWS keeps in us-east-1."""
    return AwsProvider(stack, "aws-global", region="us-east-1", alias="global")


def synthesize(build: Callable[[TerraformStack], object]) -> Synthesized:
    """Synthesize a stack that holds what `build` puts into it."""
    stack = TerraformStack(Testing.app(), "test")
    build(stack)
    return Synthesized(Testing.synth(stack))
