"""A TOML file as plain values, or what keeps it from being read."""

import codecs
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.faults import Fault, printable

# Settings are four levels deep; deeper ones would only exhaust who reads them.
_DEEPEST = 16
_LARGEST = 1_000_000
_LARGEST_NUMBER = 2**63
_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_ENDLESS = re.compile("[0-9_]{4300,}")
Location = tuple[str | int, ...]


def read(path: Path) -> dict[str, Any] | Fault:
    """What the file holds; a `Fault` when it is no TOML."""
    try:
        if not path.is_file():
            remedy = "put a regular file there, or a link to one"
            return Fault("file", _kind(path), remedy)
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        return Fault("file", str(path), f"it cannot be read: {error.strerror}; make it readable")
    if len(content) > _LARGEST:
        return Fault("file", f"more than {_LARGEST:,} bytes", "shorten it")
    text = _text(content)
    return text if isinstance(text, Fault) else _parsed(text)


def unusable(values: object, location: Location = ()) -> Iterator[tuple[Location, str, str]]:
    """Values that TOML has and no setting takes: where, as received, and the remedy."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from unusable(value, (*location, key))
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from unusable(value, (*location, index))
    elif isinstance(values, int | float):
        # Not a number compares as false with any.
        if not -_LARGEST_NUMBER < values < _LARGEST_NUMBER:
            yield location, _number(values), "give a number that fits"
    elif not isinstance(values, str):
        yield location, str(values), "write it in quotes: no setting is a date or a time"


def _kind(path: Path) -> str:
    if path.is_dir():
        return "a directory"
    return "a link that leads nowhere" if path.is_symlink() else "something that is no file"


def _text(content: bytes) -> str | Fault:
    content = content.removeprefix(codecs.BOM_UTF8)
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    # Without a mark UTF-16 is known by its zeros, of which no text has any.
    encoding = marked or ("UTF-16" if b"\0" in content[:200] else None)
    if encoding:
        return Fault("encoding", encoding, "save the file as UTF-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        received = f"the byte 0x{content[error.start]:02x} in line {line}"
        return Fault("encoding", received, "save the file as UTF-8")


def _parsed(text: str) -> dict[str, Any] | Fault:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Fault("TOML", printable(str(error)), "correct the syntax")
    except ValueError as error:
        # Python reads no number of more than 4,300 digits; a shorter one is as much too large.
        if _ENDLESS.search(text):
            return _parsed(_ENDLESS.sub("9" * 99, text))
        return Fault("TOML", printable(str(error)), "correct the value")
    except RecursionError:
        return _too_deep()
    return values if _shallow(values) else _too_deep()


def _too_deep() -> Fault:
    return Fault("TOML", f"more than {_DEEPEST} levels", "write tables and lists less deep")


def _shallow(values: object) -> bool:
    level = [values]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _inner(each)]
    return not level


def _inner(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _number(value: float) -> str:
    """Python writes no whole number of more than 4,300 digits."""
    if isinstance(value, int) and value.bit_length() > 200:
        return "a number of more than 60 digits"
    return str(value)
