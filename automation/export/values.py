"""Values of Terraform JSON as expressions of Terraform's native syntax."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from automation.export import templates
from automation.export.templates import Code, Literal, Template

# Documents that AWS and the provider compare by what they say, not by how they are written.
DOCUMENTS = frozenset({"assume_role_policy", "dashboard_body", "policy", "policy_document"})
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)
# In the place of a key, these would begin something else.
_WORDS = frozenset({"false", "for", "if", "in", "null", "true"})
# How long a list on a line may be.
_WIDTH = 80
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(\\d+)\ue001")

Read = Callable[[str], Template]


def expression(value: Any, read: Read = templates.read) -> str:
    """A value of Terraform JSON, whose texts are templates unless they are read otherwise."""
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, str):
        return templates.write(read(value))
    if isinstance(value, Mapping):
        pairs = (f"{_key(key, read)} = {expression(each, read)}\n" for key, each in value.items())
        return f"{{\n{''.join(pairs)}}}" if value else "{}"
    return listed([expression(each, read) for each in value])


def listed(items: list[str]) -> str:
    """A list, on a line where it has room there."""
    line = f"[{', '.join(items)}]"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return "[\n" + "".join(f"{each},\n" for each in items) + "]"


def _key(key: str, read: Read) -> str:
    plain = _NAME.fullmatch(key) and key not in _WORDS
    return key if plain else templates.quote(read(key))


def document(text: str) -> str | None:
    """A JSON document as what it says; none where that cannot be told before it is evaluated."""
    codes: list[Code] = []

    def marked(part: Literal | Code) -> str:
        if isinstance(part, Literal):
            return part.value
        codes.append(part)
        return _MARK.format(len(codes) - 1)

    template = templates.read(text)
    if any(code.expression is None for code in template if isinstance(code, Code)):
        return None
    if any(mark in text for mark in ("\ue000", "\ue001")):
        return None
    try:
        value = json.loads(
            "".join(map(marked, template)), object_pairs_hook=_unique, parse_constant=_refuse
        )
    except ValueError:
        return None

    def read(value: str) -> Template:
        # The marks are every second piece.
        pieces = enumerate(_MARKED.split(value))
        parts = (codes[int(each)] if at % 2 else Literal(each) for at, each in pieces)
        return tuple(part for part in parts if part != Literal(""))

    return f"jsonencode({expression(value, read)})" if isinstance(value, dict | list) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
