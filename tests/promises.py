"""What the promises about the whole platform look at."""

import importlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.conftest import Tiers
from tests.synthesized import Resource

Found = tuple[str, str, Resource]
# The tiers that ship, in the order in which they build on each other; a user may have more.
SHIPPED = (
    "logs",
    "security",
    "network",
    "dns",
    "storage",
    "database",
    "web",
    "application",
    "edge",
    "audit",
    "monitoring",
)


def every(platform: Tiers, *types: str) -> Iterator[Found]:
    """Tier, address and body of every resource, or of those of some types."""
    for tier, stack in platform.items():
        for resource_type, resources in stack.parsed.get("resource", {}).items():
            if not types or resource_type in types:
                for id_, resource in resources.items():
                    yield tier, f"{resource_type}.{id_}", resource


def regions(platform: Tiers) -> set[str]:
    """The environment's, that of everything global, and the one to which backups are copied."""
    providers = platform["audit"].parsed["provider"]["aws"]
    return {"us-east-1", *(each["region"] for each in providers)}


def prefix(platform: Tiers) -> str:
    """The prefix of the environment, read from where its state is kept."""
    key: str = platform["security"].parsed["terraform"]["backend"]["s3"]["key"]
    return key.split("/", maxsplit=1)[0]


def account(platform: Tiers) -> str:
    """The only account in which the provider of the security tier works."""
    (found,) = platform["security"].parsed["provider"]["aws"][0]["allowed_account_ids"]
    return str(found)


def required_tags(platform: Tiers) -> dict[str, str]:
    """The tags with which the region's provider marks everything in the network tier."""
    tags: dict[str, str] = platform["network"].parsed["provider"]["aws"][0]["default_tags"][0][
        "tags"
    ]
    return tags


@cache
def taggable(resource_type: str) -> bool:
    """Whether resources of a type take tags, as the provider's bindings have it."""
    module = importlib.import_module(
        f"cdktf_cdktf_provider_aws.{resource_type.removeprefix('aws_')}"
    )
    (resource,) = (
        each
        for each in vars(module).values()
        if getattr(each, "TF_RESOURCE_TYPE", None) == resource_type
        or getattr(each, "tf_resource_type", None) == resource_type
    )
    return hasattr(resource, "tags_all")


def statements(value: Any) -> Iterator[dict[str, Any]]:
    """Every IAM statement in a resource, wherever it carries a policy document."""
    for text in _strings(value):
        if '"Statement"' in text:
            yield from json.loads(text)["Statement"]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
