"""Brings the values of a plan into a form that people and rules can read."""

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

UNKNOWN = "(known after apply)"
# The launch template's is in Base64, perhaps compressed.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
_ENCODED = ("user_data", "user_data_base64")
_GZIP = b"\x1f\x8b"


def with_unknown(value: Any, unknown: Any) -> Any:
    """The value with `UNKNOWN` where Terraform marks what only AWS will tell."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict) and isinstance(value, (dict, type(None))):
        known = value or {}
        found = {name: with_unknown(known.get(name), unknown.get(name)) for name in unknown}
        return {**known, **found} if value is not None or any(found.values()) else None
    if isinstance(unknown, list) and isinstance(value, list):
        pairs = zip_longest(value, unknown)
        return [with_unknown(each, mark) for each, mark in pairs]
    return value


def readable(value: Any, name: str = "") -> Any:
    """The value with JSON texts, such as policies, and encoded user data taken apart."""
    if isinstance(value, dict):
        return {key: readable(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [readable(each, name) for each in value]
    if isinstance(value, str):
        return _decoded(value) if name in _ENCODED else _parsed(value)
    return value


def at(tree: Any, path: str) -> tuple[Any, ...]:
    """Every value that is at a path such as `rule.expiration.days`, in whichever list it is."""
    return tuple(_at(tree, path.split(".") if path else []))


def _at(tree: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(tree, list):
        for each in tree:
            yield from _at(each, path)
    elif not path or tree == UNKNOWN:
        yield tree
    elif isinstance(tree, Mapping) and path[0] in tree:
        yield from _at(tree[path[0]], path[1:])


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, (dict, list)) else text


def _decoded(text: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
        return (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, OSError, EOFError, zlib.error):
        return text
