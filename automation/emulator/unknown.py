"""Finds what a request has and AWS's model of the call does not know, and moto's parsers drop.

The names are those on the wire; what is in a header is not looked at.
https://smithy.io/2.0/aws/protocols/index.html
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree as ET  # moto has parsed it before.

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol

# What every request of a query protocol has, and what only signs or says which call it is.
_COMMON = re.compile(r"Action|Version|AWSAccessKeyId|Signature\w*|Timestamp|X-Amz-.*|x-id")
_NAMESPACE = re.compile(r"\{.*\}")


def protocol(operation: OperationModel, request: Request) -> str:
    """The protocol that a request speaks."""
    model: Any = operation.service_model
    return str(determine_request_protocol(model, request.content_type))


def members(operation: OperationModel, request: Request) -> Iterator[str]:
    """The names of the members that the model does not know, with those that they are in."""
    shape = operation.input_shape
    if shape is None:
        return
    spoken = protocol(operation, request)
    wire: Any = PROTOCOL_PARSERS[spoken](operation)  # type: ignore[arg-type]
    if spoken in ("ec2", "query"):
        names = (each for each in request.values if not _COMMON.fullmatch(each))
        yield from (each for each in names if not _fits(wire, shape, each.split(".")))
        return
    if spoken != "json":
        yield from _in_query_string(operation, shape, request)
    body = _body(shape)
    if not request.data or not isinstance(body, StructureShape):
        return
    if spoken == "rest-xml":
        yield from _in_xml(wire, body, ET.fromstring(request.data), "")  # noqa: S314
    else:
        yield from _in_json(body, json.loads(request.data), "")


def _body(shape: StructureShape) -> Shape:
    """The shape of what is in the body."""
    payload = shape.serialization.get("payload")
    return shape.members[payload] if payload else shape


def _in_query_string(
    operation: OperationModel, shape: StructureShape, request: Request
) -> Iterator[str]:
    """Those of the query string; a map takes whatever there is."""
    fixed = urlsplit(operation.http["requestUri"]).query
    known = {name for name, _ in parse_qsl(fixed, keep_blank_values=True)}
    for name, member in shape.members.items():
        if member.serialization.get("location") == "querystring":
            if isinstance(member, MapShape):
                return
            known.add(member.serialization.get("name", name))
    yield from (each for each in request.args if each not in known and not _COMMON.fullmatch(each))


def _in_json(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        if shape.is_document_type:
            return
        known = {each.serialization.get("name", name): each for name, each in _inside(shape)}
        for name, each in value.items():
            if name in known:
                yield from _in_json(known[name], each, f"{path}{name}.")
            else:
                yield f"{path}{name}"
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for each in value:
            yield from _in_json(shape.member, each, path)
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        for each in value.values():
            yield from _in_json(shape.value, each, path)


def _in_xml(wire: Any, shape: Shape, node: ET.Element, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        known = {wire._member_key_name(each, name): each for name, each in _inside(shape)}
        for child in node:
            tag = _NAMESPACE.sub("", child.tag)
            if tag in known:
                yield from _in_xml(wire, known[tag], child, f"{path}{tag}.")
            else:
                yield f"{path}{tag}"
    elif isinstance(shape, ListShape):
        for each in [node] if shape.serialization.get("flattened") else node:
            yield from _in_xml(wire, shape.member, each, path)


def _inside(shape: StructureShape) -> Iterator[tuple[str, Shape]]:
    """The members that are in the body."""
    for name, each in shape.members.items():
        if "location" not in each.serialization:
            yield name, each


def _fits(wire: Any, shape: Shape, parts: Sequence[str]) -> bool:
    """Whether a parameter's name, as in `Tag.1.Key`, is one of a shape's."""
    if not parts:
        return True
    if isinstance(shape, StructureShape):
        return any(
            _fits(wire, each, parts[1:])
            for name, each in shape.members.items()
            if parts[0] == _name(wire, each, name)
        )
    if isinstance(shape, ListShape):
        item = wire._get_serialized_name(shape.member, "member")
        rest = _numbered(parts, () if _is_flat(wire, shape) else (item,))
        return rest is not None and _fits(wire, shape.member, rest)
    if isinstance(shape, MapShape):
        rest = _numbered(parts, () if _is_flat(wire, shape) else ("entry",))
        pair = {
            wire._get_serialized_name(shape.key, "key"): shape.key,
            wire._get_serialized_name(shape.value, "value"): shape.value,
        }
        return bool(rest and rest[0] in pair and _fits(wire, pair[rest[0]], rest[1:]))
    return False


def _is_flat(wire: Any, shape: Shape) -> bool:
    return _is_ec2(wire) or bool(shape.serialization.get("flattened"))


def _is_ec2(wire: Any) -> bool:
    return isinstance(wire, PROTOCOL_PARSERS["ec2"])


def _name(wire: Any, shape: Shape, name: str) -> Any:
    """What a member is called on the wire: a flat list as its items, but for EC2."""
    if isinstance(shape, ListShape) and _is_flat(wire, shape) and not _is_ec2(wire):
        return wire._get_serialized_name(shape.member, None) or name
    return wire._get_serialized_name(shape, name)


def _numbered(parts: Sequence[str], before: tuple[str, ...]) -> Sequence[str] | None:
    """What comes after an item's number; None where there is none."""
    count = len(before)
    numbered = len(parts) > count and parts[count].isdigit()
    return parts[count + 1 :] if numbered and tuple(parts[:count]) == before else None
