"""What resource policies allow and refuse."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from automation.checks.claim import Claim, holds

_EVERYBODY = ("*", {"AWS": "*"}, {"AWS": ["*"]})
_EVERYTHING = ("s3:*", ["s3:*"])


def refuses_plain_http(policy: str) -> Claim:
    """Claims that requests without TLS are turned away."""
    refused = denied_to_all(policy, "Bool", "aws:SecureTransport")
    return holds("refuses plain HTTP", "false" in refused, found=refused, expected="a refusal")


def denied_to_all(policy: str, operator: str, key: str) -> list[str]:
    """For which values of a condition key S3 refuses everything to everybody."""
    return [
        str(statement["Condition"][operator][key])
        for statement in _statements(policy, "Deny")
        if statement.get("Action") in _EVERYTHING
        and statement.get("Principal") in _EVERYBODY
        and _only_key(statement.get("Condition", {})) == operator
        and _only_key(statement["Condition"][operator]) == key
    ]


def services_allowed(policy: str) -> set[str]:
    """The AWS services that a policy lets in."""
    return {
        service
        for statement in _statements(policy, "Allow")
        if isinstance(statement.get("Principal"), dict)
        for service in _list(statement["Principal"].get("Service", []))
    }


def _statements(policy: str, effect: str) -> Iterator[dict[str, Any]]:
    for statement in _list(json.loads(policy)["Statement"]):
        if statement["Effect"] == effect:
            yield statement


def _only_key(mapping: Mapping[str, Any]) -> str | None:
    return next(iter(mapping)) if len(mapping) == 1 else None


def _list(value: Any) -> list[Any]:
    """AWS writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]
