"""IAM policy documents as typed values."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from config.naming import Naming

Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement of a policy document.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_statement.html
    """

    sid: str
    actions: Sequence[str]
    resources: Sequence[str] = ()
    effect: Literal["Allow", "Deny"] = "Allow"
    principals: Mapping[str, str | Sequence[str]] | None = None
    conditions: Conditions = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """The statement as IAM's JSON has it, without empty elements."""
        elements: dict[str, object] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": self.principals,
            "Action": list(self.actions),
            "Resource": list(self.resources),
            "Condition": self.conditions,
        }
        return {name: value for name, value in elements.items() if value}


def policy_document(*statements: Statement) -> str:
    """A policy document in IAM's JSON."""
    body = [statement.to_json() for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": body})


def assume_role_policy(service: str, *, conditions: Conditions | None = None) -> str:
    """A trust policy for one AWS service.

    Give `aws:SourceAccount` or `aws:SourceArn` as conditions wherever the service sends them:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return policy_document(
        Statement(
            sid="AssumeRole",
            actions=["sts:AssumeRole"],
            principals={"Service": service},
            conditions=conditions or {},
        )
    )


def via(naming: Naming, service: str) -> Conditions:
    """Leave it to a service to call KMS; the principal itself cannot."""
    host = f"{service}.{naming.region}.amazonaws.com"
    return {"StringEquals": {"kms:ViaService": host}}
