"""Grants of KMS keys: one allows its grantee what no policy denies.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
"""

from collections.abc import Mapping
from typing import Any

from automation.emulator.rights.permission import Permission
from automation.emulator.rights.records import Records
from automation.iam.principals import Principal

_CONTEXT = "kms:EncryptionContext:"


def allow(account: Records, principal: Principal, need: Permission) -> bool:
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
