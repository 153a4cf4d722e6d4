"""Reads the call that a request makes, by AWS's model of the service, and writes it down."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from moto.core.request import Request
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from automation.emulator import unknown

# What botocore calls a service otherwise than moto.
_NAMES = {"elb": "elbv2", "servicequotas": "service-quotas"}
_PROVIDER = re.compile(r"terraform-provider-aws/(\d+)\.(\d+)\.(\d+)")
# An access point of S3's that is called by its ARN has a host of its own.
_ACCESS_POINT = re.compile(
    r"(?P<name>[^.]+)-(?P<account>\d{12})\.s3-accesspoint\.(?P<region>[^.]+)"
)
_SIGNED = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/")


# Status, headers and body.
Response = tuple[int, dict[str, Any], str | bytes]


@dataclass(frozen=True)
class ApiCall:
    """A call of AWS's API; `service` is botocore's name of it.

    `provider` is the version of Terraform's AWS provider, where that made it, and `unknown` what
    the model does not know of what it sent.
    """

    service: str
    operation: OperationModel
    parameters: dict[str, Any]
    region: str
    access_key: str
    provider: tuple[int, ...] | None = None
    unknown: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The operation's name, as in `CreateVpc`."""
        return str(self.operation.name)

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


def read(service: str, request: Request) -> ApiCall | None:
    """The call that a request makes; None where no model knows it.

    `service` is moto's name of it.
    """
    name = _NAMES.get(service, service)
    response = BaseResponse(name)
    # An object of S3's is any bytes, which are no text.
    response.setup_class(request, use_raw_body=service == "s3")
    action = response._get_action()
    model = get_service_model(response.boto3_service_name)
    if action not in model.operation_names:
        return None
    response.parse_parameters(request)
    operation = model.operation_model(action)
    provider = _PROVIDER.search(request.headers.get("User-Agent", ""))
    signed = _SIGNED.search(request.headers.get("Authorization", ""))
    return ApiCall(
        name,
        operation,
        {**response.params, **_access_point(request)},
        region=signed["region"] if signed else "",
        access_key=signed["key"] if signed else "",
        provider=tuple(map(int, provider.groups())) if provider else None,
        unknown=tuple(unknown.members(operation, request)),
    )


def _access_point(request: Request) -> dict[str, str]:
    """The bucket as the caller named it, where that is the ARN of an access point.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-naming.html
    """
    found = _ACCESS_POINT.match(request.host)
    if found is None:
        return {}
    of_account = f"arn:aws:s3:{found['region']}:{found['account']}"
    return {"Bucket": f"{of_account}:accesspoint/{found['name']}"}


def shown(shape: Shape | None, value: Any, *, hidden: bool = False) -> Any:
    """A value without what AWS's model calls sensitive, and of bytes only how many they are."""
    hidden = hidden or shape is None or bool(shape.metadata.get("sensitive"))
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {
            name: shown(shape.members.get(name), each, hidden=hidden)
            for name, each in value.items()
        }
    if isinstance(shape, ListShape):
        return [shown(shape.member, each, hidden=hidden) for each in value]
    if isinstance(shape, MapShape):
        return {name: shown(shape.value, each, hidden=hidden) for name, each in value.items()}
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return "***" if hidden else value


class Record:
    """A file of calls, in the order in which they were answered."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()

    def write(
        self,
        call: ApiCall,
        status: int,
        *,
        principal: str,
        needs: Sequence[object] = (),
        unknown: Sequence[str] = (),
    ) -> None:
        """Add a call, the status of its answer, who made it, and the permissions that it needed.

        `unknown` is what it has that the models do not know, and that was not refused.
        """
        entry: dict[str, Any] = {
            "principal": principal,
            "service": call.service,
            "name": call.name,
            "region": call.region,
            "parameters": shown(call.operation.input_shape, call.parameters),
            "status": status,
        }
        if needs:
            entry["needs"] = [vars(each) for each in needs]
        if unknown:
            entry["unknown"] = unknown
        line = json.dumps(entry, default=str) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()
