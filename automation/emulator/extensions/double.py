"""Helpers that several extensions of moto share."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from botocore import xform_name
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends

_NAMED = re.compile(r"arn:aws[\w-]*:iam::(?P<account>\d{12}):(?P<kind>role|user)/(?P<path>.+)")


class Double(BaseResponse):
    """A moto response whose further actions take the parameters of AWS's own model."""

    def parameters(self) -> dict[str, Any]:
        """The request's parameters by their names in the AWS API."""
        self.parse_parameters(self.normalized_request)
        return dict(self.params)

    def _get_action(self) -> str:
        return operation(self)


def operation(response: BaseResponse) -> str:
    """The operation of a request by AWS's model, whichever URL patterns moto has."""
    return BaseResponse._get_action(response)


def remember(resource: object, parameters: Mapping[str, Any], names: Iterable[str]) -> None:
    """Keep parameters that moto drops, where its serializer finds them when it is asked."""
    for name in names:
        if name in parameters:
            setattr(resource, xform_name(name), parameters[name])


class Refused(ServiceException):
    """An error of AWS's, by its code; moto looks up errors of its own packages in their models."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def not_found(code: str, what: str) -> Refused:
    """What AWS answers about something that does not exist."""
    return Refused(code, f"{what} does not exist")


def several(value: Any) -> list[str]:
    """What a policy says in a list, or alone, or not at all."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def absent_principals(document: str | bytes | None, account: str) -> list[str]:
    """The users and roles of the account that a policy names, and that are not there.

    Those of other accounts are taken for real ones: this account knows none of them.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    return [each for each in _named(document) if not _exists(each, account)]


def _named(document: str | bytes | None) -> Iterator[str]:
    try:
        policy = json.loads(document or "{}")
    except ValueError:
        return
    statements = policy.get("Statement", [])
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            yield from several(principal.get("AWS"))


def _exists(principal: str, account: str) -> bool:
    named = _NAMED.fullmatch(principal)
    if named is None or named["account"] != account:
        return True
    backend, name = iam_backends[account]["aws"], named["path"].rpartition("/")[2]
    if named["kind"] == "user":
        return name in backend.users
    return any(role.name == name for role in backend.roles.values())
