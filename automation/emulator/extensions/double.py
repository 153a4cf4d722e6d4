"""Helpers that several extensions of moto share."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore import xform_name
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse


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
