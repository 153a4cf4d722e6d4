"""The policies that the platform makes, as they are synthesized."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from automation.iam import PolicyType, ResourcePolicy, decide
from automation.iam.policies import Policy
from tests.automation.iam.calls import IN_ROLE, allow, call
from tests.synthesized import Synthesized

_REFERENCE = re.compile(r"(?<!\$)\$\{([^{}]*)\}")


def documents(value: Any) -> Iterator[str]:
    """The policies among the values of synthesized JSON."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from documents(each)
    elif isinstance(value, str) and value.startswith("{") and '"Statement"' in value:
        yield resolved(value)


def resolved(document: str) -> str:
    """A policy with an ARN, always the same, in place of what Terraform refers to."""
    named = _REFERENCE.sub(lambda found: "arn:aws:s3:::" + found[1], document)
    return named.replace("$${", "${")


def test_each_is_one_for_aws(platform: Mapping[str, Synthesized]) -> None:
    found = [document for tier in platform.values() for document in documents(tier.parsed)]
    assert len(found) > 20
    assert all(Policy.parse(document).statements for document in found)


@pytest.mark.parametrize(
    ("keys", "denied"),
    [
        ({"aws:SecureTransport": False}, True),
        ({"aws:SecureTransport": True, "s3:TlsVersion": "1.1"}, True),
        ({"aws:SecureTransport": True, "s3:TlsVersion": "1.2"}, False),
    ],
)
def test_buckets_are_closed_to_old_connections(
    platform: Mapping[str, Synthesized], keys: dict[str, Any], denied: bool
) -> None:
    policies = [
        resolved(each["policy"])
        for tier in platform.values()
        for each in tier.resources("aws_s3_bucket_policy").values()
    ]
    assert policies
    for document in policies:
        (closing, *_) = json.loads(document)["Statement"]
        (resource,) = (each for each in closing["Resource"] if each.endswith("/*"))
        asked = call("s3:GetObject", resource.replace("*", "file"), IN_ROLE, keys=keys)
        bucket = ResourcePolicy(Policy.parse(document))
        decision = decide(asked, identity=[allow()], resource=bucket)
        assert decision.allowed is not denied
        assert decision.by is (PolicyType.RESOURCE if denied else PolicyType.IDENTITY)
