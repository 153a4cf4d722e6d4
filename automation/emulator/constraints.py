"""The constraints that AWS's model of a call puts on its parameters, and what breaks them.

The models are botocore's, whose own validator knows neither patterns nor enumerations nor maxima.
Patterns are those of Java, and have to match the whole value.
https://smithy.io/2.0/spec/constraint-traits.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import regex
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

_SURROGATES = r"\uD800\uDC00-\uDBFF\uDFFF"


@dataclass(frozen=True)
class Breach:
    """A constraint that a request breaks: the member, its value, and what it must be.

    An `ageing` one is a list of all values that there are, which AWS adds to.
    """

    member: str
    value: object
    constraint: str
    missing: bool = False
    ageing: bool = False

    def __str__(self) -> str:
        said = "null" if self.missing else f"'{self.value}'"
        return (
            f"Value {said} at '{self.member}' failed to satisfy constraint: "
            f"Member must {self.constraint}"
        )


def breaches(shape: Shape, value: Any, member: str = "") -> Iterator[Breach]:
    """Every constraint of a shape that a value breaks, inside it as well."""
    if isinstance(shape, StructureShape):
        yield from _structure(shape, value, member)
    elif isinstance(shape, ListShape):
        yield from _length(shape, value, len(value), member)
        for number, each in enumerate(value, start=1):
            yield from breaches(shape.member, each, f"{member}.{number}.member")
    elif isinstance(shape, MapShape):
        yield from _length(shape, value, len(value), member)
        for key, each in value.items():
            yield from breaches(shape.key, key, f"{member}.key")
            yield from breaches(shape.value, each, f"{member}.{key}")
    elif isinstance(shape, StringShape):
        yield from _text(shape, value, member)
    elif shape.type_name in ("integer", "long", "float", "double"):
        yield from _number(shape, value, member)
    elif shape.type_name == "blob":
        yield from _length(shape, "<bytes>", len(value), member)


def _structure(shape: StructureShape, value: Mapping[str, Any], member: str) -> Iterator[Breach]:
    inside = f"{member}." if member else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Breach(f"{inside}{camel(name)}", None, "not be null", missing=True)
    for name, each in value.items():
        if each is not None and name in shape.members:
            yield from breaches(shape.members[name], each, f"{inside}{camel(name)}")


def _text(shape: StringShape, value: str, member: str) -> Iterator[Breach]:
    shown = "***" if shape.metadata.get("sensitive") else value
    yield from _length(shape, shown, len(value), member)
    if shape.enum and value not in shape.enum:
        values = f"satisfy enum value set: [{', '.join(shape.enum)}]"
        yield Breach(member, shown, values, ageing=True)
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        yield Breach(member, shown, f"satisfy regular expression pattern: {pattern}")


def _length(shape: Shape, shown: object, length: int, member: str) -> Iterator[Breach]:
    for said in bounds("length", length, shape.metadata.get("min"), shape.metadata.get("max")):
        yield Breach(member, shown, said)


def _number(shape: Shape, value: float, member: str) -> Iterator[Breach]:
    for said in bounds("value", value, shape.metadata.get("min"), shape.metadata.get("max")):
        yield Breach(member, value, said)


def bounds(what: str, size: float, least: float | None, most: float | None) -> Iterator[str]:
    """What a length or a value has to be, and is not."""
    if least is not None and size < least:
        yield f"have {what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"have {what} less than or equal to {most}"


@cache
def compiled(pattern: str) -> regex.Pattern[str]:
    """A pattern of Java's as Python reads it, for which characters are no pairs of surrogates."""
    return regex.compile(pattern.replace(_SURROGATES, r"\U00010000-\U0010FFFF"))


def camel(name: str) -> str:
    """As AWS's messages name a member."""
    return name[:1].lower() + name[1:]
