"""Values of a plan: read, compared, and shown without their secrets."""

import base64
import binascii
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

MASK = "(sensitive value)"
# The provider's resources of the old kind do not tell null from what is empty.
# https://developer.hashicorp.com/terraform/plugin/framework/migrating/benefits
_NOTHING: tuple[Any, ...] = (None, "", [], {}, 0)


@dataclass(frozen=True)
class _Secret:
    """Compares as what it hides."""

    hidden: Any


@dataclass(frozen=True)
class Difference:
    """An attribute with its old and its new value; of a list, only the items that differ."""

    attribute: str
    old: Any
    new: Any


def compare(before: Any, after: Any, *, secret_before: Any, secret_after: Any) -> list[Difference]:
    """Every difference, by the path of the attribute; the marks of secrets are Terraform's.

    https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """
    hidden_before, hidden_after = _hide(before, secret_before), _hide(after, secret_after)
    return list(_values(hidden_before, hidden_after, ""))


def _hide(value: Any, secret: Any) -> Any:
    if secret is True:
        return value if value in _NOTHING else _Secret(value)
    if isinstance(value, dict) and isinstance(secret, dict):
        return {name: _hide(each, secret.get(name)) for name, each in value.items()}
    if isinstance(value, list) and isinstance(secret, list):
        marks = [*secret, *[None] * len(value)]
        return [_hide(each, mark) for each, mark in zip(value, marks, strict=False)]
    return value


def _values(old: Any, new: Any, path: str) -> Iterator[Difference]:
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
    elif isinstance(old, _Secret) or isinstance(new, _Secret):
        # What was a secret once, or is one now, is told of neither side.
        yield Difference(path, MASK, MASK)
    else:
        yield Difference(path, _shown(old), _shown(new))


def _mappings(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        inner = f"{path}.{name}" if path else name
        yield from _values(old.get(name), new.get(name), inner)


def _lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Difference]:
    """Sets are lists, too, in a plan: what both have is left out, wherever it stands."""
    gone, come = _without(old, new), _without(new, old)
    if len(gone) == len(come) == 1:
        place = path if len(old) == len(new) == 1 else f"{path}[{old.index(gone[0])}]"
        yield from _values(gone[0], come[0], place)
    elif gone or come:
        yield Difference(path, _shown(gone), _shown(come))
    else:
        # The same items in another order: only the whole tells.
        yield Difference(path, _shown(old), _shown(new))


def _without(items: Sequence[Any], others: Sequence[Any]) -> list[Any]:
    rest = list(others)
    missing = []
    for item in items:
        place = next((index for index, each in enumerate(rest) if same(item, each)), None)
        if place is None:
            missing.append(item)
        else:
            del rest[place]
    return missing


def same(old: Any, new: Any) -> bool:
    """Whether two values are one to the provider."""
    if old is None or new is None:
        return old in _NOTHING and new in _NOTHING
    if isinstance(old, dict) and isinstance(new, dict):
        return all(same(old.get(name), new.get(name)) for name in {*old, *new})
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new)


def _shown(value: Any) -> Any:
    if isinstance(value, _Secret):
        return MASK
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return value


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
