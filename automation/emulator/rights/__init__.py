"""Decides whether whoever signs a call may make it, as IAM does, and what it needed.

A grant of a KMS key allows its grantee what no policy denies.
https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus
from typing import Any

from moto.core.exceptions import ServiceException

from automation.emulator.calls import ApiCall
from automation.emulator.rights import actions, implied, origins, resources
from automation.emulator.rights.actions import Permission
from automation.emulator.rights.records import Records
from automation.iam import Call, Decision, decide
from automation.iam.principals import Principal

# What each service calls a denial; `AccessDenied` where none is named.
_CODES = {
    **dict.fromkeys(
        (
            "acm", "backup", "cloudtrail", "kms", "logs", "secretsmanager", "service-quotas",
            "ssm", "wafv2", "xray",
        ),
        "AccessDeniedException",
    ),
    "ec2": "UnauthorizedOperation",
    "sns": "AuthorizationError",
}  # fmt: skip
# Those whose protocol is JSON alone; all others forbid with a status of their own.
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
# https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
_BAD_REQUEST = frozenset(
    {"acm", "cloudtrail", "kms", "logs", "secretsmanager", "service-quotas", "ssm", "wafv2"}
)
_CONTEXT = "kms:EncryptionContext:"


class Denied(ServiceException):
    """AWS's answer to whoever may not."""

    def __init__(self, service: str, message: str) -> None:
        super().__init__(_CODES.get(service, "AccessDenied"), message)
        bad = service in _BAD_REQUEST
        self.status = HTTPStatus.BAD_REQUEST if bad else HTTPStatus.FORBIDDEN


@dataclass(frozen=True)
class Authorization:
    """A call by somebody, to be decided on the records of the account."""

    call: ApiCall
    account: Records

    @cached_property
    def principal(self) -> Principal:
        """Whoever signed."""
        return self.account.principal(self.call.access_key)

    @cached_property
    def origin(self) -> Mapping[str, str]:
        """The condition keys that tell from which network the call comes."""
        return origins.of(self.principal, self.call)

    @cached_property
    def needs(self) -> list[Permission]:
        """All that the call needs, its own action first."""
        return list(self._needs())

    def denial(self) -> Denied | None:
        """AWS's answer, where something that is needed is not allowed."""
        if not self.principal.role:
            return None
        if not origins.reached(self.call, self.account, self.origin):
            return Denied(self.call.service, "Access Denied")
        for need in self.needs:
            decision = self.decide(need)
            if not decision.allowed:
                return Denied(self.call.service, decision.message)
        return None

    def decide(self, need: Permission) -> Decision:
        """What the account's policies say to one need, and the grants of a key."""
        endpoint = need.context.get("aws:SourceVpce")
        # Whom a role trusts is asked of whoever wants to be the role, and of nobody else.
        assumed = need.action == "sts:AssumeRole"
        policy_of = self.account.trust if assumed else self.account.policy_of
        decision = decide(
            Call(self.principal, need.action, need.resource, need.context),
            identity=self.account.identity(self.principal),
            boundary=self.account.boundary(self.principal),
            resource=policy_of(need.resource),
            endpoint=origins.endpoint_policy(self.principal, endpoint) if endpoint else None,
        )
        denied = not decision.allowed and not decision.explicit
        if denied and _granted(self.account, self.principal, need):
            return replace(decision, allowed=True, by=None)
        return decision

    def _needs(self) -> Iterator[Permission]:
        action = actions.of(self.call)
        if action is None:
            return
        common = {**self._common(), **self._tags_of_request()}
        arns = resources.of(self.call, action, self.account)
        asked = [(action, arn) for arn in arns]
        missing = resources.of_missing_object(self.call, self.account)
        for own, arn in [*asked, *(("s3:ListBucket", each) for each in missing)]:
            keys = origins.access_point_keys(arn, self.account)
            context = {**common, **self.origin, **self._of_resource(arn), **self._of_service()}
            yield Permission(own, arn, {**context, **keys})
            if keys:
                yield Permission(own, origins.behind(arn, self.account), {**context, **keys})
        for each in implied.of(self.call, arns, self.account):
            key = self._of_resource(each.resource) if each.action.startswith("kms:") else {}
            yield replace(each, context={**common, **key, **each.context})

    def _common(self) -> dict[str, Any]:
        return {"aws:RequestedRegion": self.call.region, "aws:SecureTransport": "true"}

    def _tags_of_request(self) -> dict[str, Any]:
        tags = dict(_tags(self.call.parameters))
        found: dict[str, Any] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        return {**found, "aws:TagKeys": list(tags)} if tags else {}

    def _of_resource(self, arn: str) -> dict[str, Any]:
        tags = self.account.tags(self.call, arn)
        found: dict[str, Any] = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
        if arn.startswith("arn:aws:kms:"):
            found["kms:CallerAccount"] = self.account.account_id
            found["kms:ResourceAliases"] = self.account.aliases(arn)
        return found

    def _of_service(self) -> dict[str, Any]:
        given = self.call.parameters
        names = _KEYS.get(self.call.service, {})
        found = {key: given[name] for name, key in names.items() if given.get(name) is not None}
        if self.call.service == "iam" and "iam:PermissionsBoundary" not in found:
            # Of whoever is given policies: the boundary that it has.
            boundary = self.account.boundary_of(given.get("RoleName") or "")
            found.update({"iam:PermissionsBoundary": boundary} if boundary else {})
        if self.call.service == "s3":
            found["s3:TlsVersion"] = "1.3"
            found["s3:ResourceAccount"] = self.account.account_id
        if self.call.service == "kms":
            for name, value in (given.get("EncryptionContext") or {}).items():
                found[f"kms:EncryptionContext:{name}"] = value
        return found


# Condition keys that are parameters.
_KEYS = {
    "backup": {
        "ChangeableForDays": "backup:ChangeableForDays",
        "MaxRetentionDays": "backup:MaxRetentionDays",
        "MinRetentionDays": "backup:MinRetentionDays",
    },
    "cloudwatch": {"Namespace": "cloudwatch:namespace"},
    "iam": {
        "AWSServiceName": "iam:AWSServiceName",
        "PermissionsBoundary": "iam:PermissionsBoundary",
        "PolicyArn": "iam:PolicyARN",
    },
    "s3": {
        "IfMatch": "s3:if-match",
        "IfNoneMatch": "s3:if-none-match",
        "Prefix": "s3:prefix",
        "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    },
}


def _tags(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """All pairs of key and value among what a request calls tags."""
    for name, value in parameters.items():
        if name.lower().endswith("tags") and isinstance(value, Mapping):
            yield from ((str(key), str(each)) for key, each in value.items())
        elif name.lower().endswith("tags") and isinstance(value, list):
            for each in (tag for tag in value if isinstance(tag, Mapping)):
                # KMS has names of its own for both.
                key, text = each.get("Key", each.get("TagKey")), each.get("TagValue", "")
                if key is not None:
                    yield key, str(each.get("Value", text))
        elif name == "TagSpecifications":
            for each in value:
                yield from _tags(each)


def _granted(account: Records, principal: Principal, need: Permission) -> bool:
    """Whether a grant of the key lets the principal do what is needed."""
    service, _, operation = need.action.partition(":")
    if service != "kms" or not need.resource.startswith("arn:"):
        return False
    return any(
        each.grantee_principal in (principal.arn, principal.name)
        and operation in each.operations
        and _holds(each.constraints or {}, need.context)
        for each in account.grants(need.resource)
    )


def _holds(constraints: Mapping[str, Mapping[str, str]], context: Mapping[str, Any]) -> bool:
    given = {
        name.removeprefix(_CONTEXT): value
        for name, value in context.items()
        if name.startswith(_CONTEXT)
    }
    subset = constraints.get("EncryptionContextSubset", {})
    return given == constraints.get("EncryptionContextEquals", given) and all(
        given.get(name) == value for name, value in subset.items()
    )
