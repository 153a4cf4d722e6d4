"""What a setting may be, in words, derived from its type."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo


@dataclass(frozen=True)
class Form:
    """What a text looks like, in words, with one that does.

    `caseless` says that AWS takes two texts for the same that differ only in upper and lower case.
    """

    words: str
    example: str
    caseless: bool = False


@dataclass(frozen=True)
class Instead:
    """What to do about values that one could take for valid, and that are not."""

    remedies: Mapping[str, str]


def allowed(field: FieldInfo) -> str:
    """The values that a field takes; empty for a section, whose keys say it."""
    kind = _without_none(field.annotation)
    origin, arguments = get_origin(kind), get_args(kind)
    if section_of(field):
        return ""
    if origin is Literal:
        return _choice(arguments)
    if origin is tuple:
        return f"a list{_size(field, 'of ', ' items')}, each: {_of_type(arguments[0])}"
    if origin is dict:
        key, value = (_of_type(each) for each in arguments)
        return f"a table{_size(field, 'of ', ' entries')}; keys: {key}; values: {value}"
    if kind is bool:
        return "true or false"
    return _text(field) if kind is str else _number(field, kind)


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a field holds, alone or in a tuple."""
    candidates = (field.annotation, *getattr(field.annotation, "__args__", ()))
    for each in candidates:
        if isinstance(each, type) and issubclass(each, BaseModel):
            return each
    return None


def form_of(field: FieldInfo) -> Form | None:
    """The form of a text, or of the texts in a list."""
    return _mark(field, Form) or next(
        filter(None, (_mark(each, Form) for each in items(field))), None
    )


def instead(field: FieldInfo, received: object) -> str | None:
    """The remedy for a value that is often taken for a valid one."""
    for each in (field, *items(field)):
        mark = _mark(each, Instead)
        if mark and isinstance(received, str) and received in mark.remedies:
            remedies: Mapping[str, str] = mark.remedies
            return remedies[received]
    return None


def items(field: FieldInfo) -> tuple[FieldInfo, ...]:
    """The item type of a list, or the types of a table's keys and values."""
    kind = _without_none(field.annotation)
    if get_origin(kind) not in (tuple, dict):
        return ()
    return tuple(FieldInfo.from_annotation(each) for each in get_args(kind) if each is not Ellipsis)


def _mark(field: FieldInfo, kind: type[Any]) -> Any:
    return next((each for each in field.metadata if isinstance(each, kind)), None)


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    (kind,) = (each for each in get_args(annotation) if each is not NoneType)
    return FieldInfo.from_annotation(kind).annotation


def _of_type(annotation: Any) -> str:
    return allowed(FieldInfo.from_annotation(annotation))


def _choice(values: tuple[object, ...]) -> str:
    *first, last = (json.dumps(value) for value in values)
    return f"{', '.join(first)} or {last}" if first else last


def _text(field: FieldInfo) -> str:
    form = _mark(_own(field), Form)
    words = form.words if form else "a text"
    return f"{words}{_size(field, '', ' characters')}" + (
        f", such as {form.example}" if form else ""
    )


def _own(field: FieldInfo) -> FieldInfo:
    """The field itself, or the type inside of `type | None`."""
    if get_origin(field.annotation) not in (Union, UnionType):
        return field
    (kind,) = (each for each in get_args(field.annotation) if each is not NoneType)
    return FieldInfo.from_annotation(kind)


def _size(field: FieldInfo, before: str, unit: str) -> str:
    metadata = _own(field).metadata
    least = max((each.min_length for each in metadata if isinstance(each, MinLen)), default=0)
    most = min((each.max_length for each in metadata if isinstance(each, MaxLen)), default=None)
    if most is None:
        return ""
    if not before:
        return f", {least} to {most}{unit}" if least else f", at most {most}{unit}"
    return f" {before}{least} to {most}{unit}" if least else f" {before}at most {most}{unit}"


def _number(field: FieldInfo, kind: type[Any]) -> str:
    what, metadata = "a whole number" if kind is int else "a number", _own(field).metadata
    for each in metadata:
        if isinstance(each, Ge | Gt):
            what += f" from {each.ge}" if isinstance(each, Ge) else f" above {each.gt}"
    for each in metadata:
        if isinstance(each, Le | Lt):
            what += f" to {each.le}" if isinstance(each, Le) else f" and below {each.lt}"
    return what
