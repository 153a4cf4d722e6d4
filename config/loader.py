"""From a TOML file to `Settings`, or to every fault in it."""

import difflib
import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from config.environments import ENVIRONMENTS, names
from config.faults import ConfigError, Fault
from config.fields import section_of
from config.rules import check
from config.settings import Settings

# Stand-ins for required keys that are missing or wrong, so that every other rule is still checked.
_STAND_INS = {
    "environment": "env",
    "app_id": "0",
    "account_id": "000000000000",
    "region": "us-east-1",
    "domain": "example.com",
}


def load(environment: str, folder: Path = ENVIRONMENTS) -> Settings:
    """Read and validate `<folder>/<environment>.toml`.

    Raises `ConfigError` with all faults at once: key, value received and remedy.
    """
    path = folder / f"{environment}.toml"
    known = names(folder)
    if environment not in known:
        raise ConfigError(folder.name, [_unknown(environment, known)])
    source = f"{folder.name}/{path.name}"
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(source, [Fault("TOML", error, "correct the syntax")]) from error
    return parse(raw, environment, source)


def _unknown(environment: str, known: list[str]) -> Fault:
    if not known:
        remedy = "write <name>.toml there, docs/settings.md has every key"
    else:
        remedy = f"set APP_ENV to one of: {', '.join(known)}, or write {environment}.toml"
    return Fault("APP_ENV", repr(environment), remedy)


def parse(raw: dict[str, Any], environment: str, source: str) -> Settings:
    """Validate what a TOML file holds; raises `ConfigError` with all faults at once."""
    faults: list[Fault] = []
    if "environment" in raw:
        remedy = "remove it: the file's name is the environment"
        faults.append(Fault("environment", _shown(raw["environment"]), remedy))
    data = {**raw, "environment": environment}
    settings = _validated(data, faults)
    reported = {fault.key for fault in faults}
    for fault in check(settings):
        if not _overlap({fault.key, *fault.involves}, reported):
            faults.append(fault)
    if faults:
        raise ConfigError(source, sorted(faults, key=lambda fault: fault.key))
    return settings


def _validated(data: dict[str, Any], faults: list[Fault]) -> Settings:
    """Validate, replacing each faulty value by its default until the rest holds."""
    while True:
        try:
            return Settings.model_validate_json(json.dumps(data, default=str))
        except ValidationError as error:
            details = error.errors(include_url=False)
        data = json.loads(json.dumps(data, default=str))
        for detail in details:
            faults.append(_fault(detail))
        for location in {_removable(detail["loc"]) for detail in details}:
            _repair(data, location)


def _fault(detail: ErrorDetails) -> Fault:
    location = detail["loc"]
    key = _dotted(location)
    if detail["type"] == "extra_forbidden":
        return Fault(key, _shown(detail["input"]), _unknown_key(location))
    if detail["type"] == "missing":
        return Fault(key, "nothing", f"add it: {_description(location)}")
    return Fault(key, _shown(detail["input"]), f"expected {_description(location)}")


def _unknown_key(location: tuple[int | str, ...]) -> str:
    model = _model_at(location[:-1])
    keys = sorted(set(model.model_fields) - {"environment"}) if model else []
    close = difflib.get_close_matches(str(location[-1]), keys, n=1)
    return f"did you mean {close[0]}?" if close else f"use one of: {', '.join(keys)}"


def _removable(location: tuple[int | str, ...]) -> tuple[str, ...]:
    """The innermost key that can be dropped as a whole: the one before any list index."""
    keys: list[str] = []
    for part in location:
        if isinstance(part, int) or part == "[key]":
            break
        keys.append(part)
    return tuple(keys)


def _repair(data: dict[str, Any], location: tuple[str, ...]) -> None:
    *parents, last = location
    for parent in parents:
        data = data.get(parent, {})
    data.pop(last, None)
    if not parents and last in _STAND_INS:
        data[last] = _STAND_INS[last]


def _description(location: tuple[int | str, ...]) -> str:
    """What is valid at a place: the field's description, or its type's."""
    for depth in range(len(location), 0, -1):
        field = _field_at(location[:depth])
        if field is not None:
            break
    else:
        return "a valid value"
    model = section_of(field)
    if field.description or model is None:
        return field.description or "a valid value"
    kind = "a table" if field.annotation is model else "a list of tables"
    return f"{kind} with the keys {', '.join(model.model_fields)}"


def _field_at(location: tuple[int | str, ...]) -> FieldInfo | None:
    model = _model_at(location[:-1])
    return model.model_fields.get(str(location[-1])) if model else None


def _model_at(location: tuple[int | str, ...]) -> type[BaseModel] | None:
    model: type[BaseModel] | None = Settings
    for part in location:
        if isinstance(part, int) or model is None:
            continue
        field = model.model_fields.get(part)
        model = section_of(field) if field else None
    return model


def _overlap(keys: set[str], reported: set[str]) -> bool:
    """Whether a rule read a value that was already reported, or one inside or around it."""
    return any(
        key == other or key.startswith(f"{other}.") or other.startswith((f"{key}.", f"{key}["))
        for key in keys
        for other in reported
    )


def _dotted(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def _shown(value: object) -> str:
    return json.dumps(value, default=str, ensure_ascii=False)
