"""What pydantic found, as faults: the TOML key, the value received and what is allowed."""

import difflib
import re

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from config.allowed import allowed, instead, items, section_of
from config.faults import Fault, shown
from config.settings import Settings

Location = tuple[int | str, ...]
# What pydantic puts behind a key that is faulty itself.
_KEY = "[key]"
_BARE = re.compile(r"[A-Za-z0-9_-]{1,128}")


def fault(detail: ErrorDetails) -> Fault:
    """One fault, with the remedy that its place calls for."""
    location = detail["loc"]
    if detail["type"] == "missing":
        return Fault(dotted(location), "nothing", f"add it: {_description(location)}")
    received = shown(detail["input"])
    if detail["type"] == "extra_forbidden":
        return Fault(dotted(location), received, _unknown_key(location))
    remedy = instead(_nearest(location)[0], detail["input"])
    if remedy is None:
        reason = f"; {detail['ctx']['error']}" if detail["type"] == "value_error" else ""
        remedy = f"expected {_description(location)}{reason}"
    return Fault(dotted(location), received, remedy)


def dotted(location: Location) -> str:
    """A place as TOML would name it."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part != _KEY:
            text += f".{part if _BARE.fullmatch(part) else shown(part)}"
    return text.removeprefix(".")


def removable(location: Location) -> tuple[str, ...]:
    """The innermost key that can be dropped as a whole: the one before any list index."""
    keys: list[str] = []
    for part in location:
        if isinstance(part, int) or part == _KEY:
            break
        keys.append(part)
    return tuple(keys)


def _unknown_key(location: Location) -> str:
    model = _model_at(location[:-1])
    keys = sorted(set(model.model_fields) - {"environment"}) if model else []
    close = difflib.get_close_matches(str(location[-1]), keys, n=1)
    return f"did you mean {close[0]}?" if close else f"use one of: {', '.join(keys)}"


def _description(location: Location) -> str:
    """What is valid at a place: what the setting or its item may be, and what it is for."""
    field, rest = _nearest(location)
    model = section_of(field)
    if model is not None:
        kind = "a table" if field.annotation is model else "a list of tables"
        return f"{kind} with the keys {', '.join(model.model_fields)}"
    inner = items(field)
    if rest and inner:
        return allowed(inner[0] if rest[-1] == _KEY else inner[-1])
    return described(field)


def described(field: FieldInfo) -> str:
    """What a setting may be, and what it is."""
    return f"{allowed(field)} ({field.description})"


def _nearest(location: Location) -> tuple[FieldInfo, Location]:
    """The innermost setting around a place, and how the place is reached from there."""
    for depth in range(len(location), 0, -1):
        *parents, name = location[:depth]
        model = _model_at(tuple(parents))
        field = model.model_fields.get(str(name)) if model and isinstance(name, str) else None
        if field is not None:
            return field, location[depth:]
    raise KeyError(dotted(location))


def _model_at(location: Location) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Settings
    for part in location:
        if isinstance(part, int) or model is None:
            continue
        field = model.model_fields.get(part)
        model = section_of(field) if field else None
    return model
