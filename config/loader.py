"""From a TOML file to `Settings`, or to every fault in it."""

import copy
import difflib
import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.environments import ENVIRONMENTS, names
from config.faults import ConfigError, Fault, overlap, printable, shown
from config.remedies import dotted, fault, removable
from config.rules import check
from config.settings import Settings
from config.toml_file import read, unusable

# Stand-ins for required keys that are missing or wrong, so that every other rule is still checked.
_STAND_INS = {
    "environment": "env",
    "app_id": "0",
    "account_id": "000000000000",
    "region": "us-east-1",
    "domain": "example.com",
}


def load(
    environment: str,
    folder: Path = ENVIRONMENTS,
    *,
    chosen_by: str = "APP_ENV",
    image: str | None = None,
    watched: bool = True,
) -> Settings:
    """Read and validate `<folder>/<environment>.toml`.

    Raises `ConfigError` with all faults at once: key, value received and remedy. `chosen_by` is
    the variable, or the option, by which the user named the environment; `image` takes the place
    of `application.image`; without `watched`, nothing watches an instance refresh.
    """
    path = folder / f"{environment}.toml"
    known = names(folder)
    if environment not in known:
        remedy = _unknown(environment, known, chosen_by)
        raise ConfigError(folder.name, [Fault(chosen_by, repr(environment), remedy)])
    source = f"{folder.name}/{path.name}"
    raw = read(path)
    if isinstance(raw, Fault):
        raise ConfigError(source, [raw])
    given: dict[str, Any] = {"image": image} if image is not None else {}
    if not watched:
        given["instance_refresh"] = {"watched": False}
    return parse(_with(raw, "application", given), environment, source)


def _with(raw: dict[str, Any], key: str, given: Any) -> dict[str, Any]:
    """Settings with others on top; what is no section is left to be told as a fault."""
    before = raw.get(key, {})
    if not isinstance(given, dict):
        return {**raw, key: given}
    if not isinstance(before, dict):
        return raw
    for name, value in given.items():
        before = _with(before, name, value)
    return {**raw, key: before} if given else raw


def _unknown(environment: str, known: list[str], chosen_by: str) -> str:
    """Also for who writes the name in capitals, or the file in its place."""
    if not known:
        return "write <name>.toml there, docs/settings.md has every key"
    allowed = f"set {chosen_by} to one of: {', '.join(known)}"
    name = Path(environment).name.lower().removesuffix(".toml")
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}? {allowed}"
    return f"{allowed}, or write {printable(name)}.toml" if name else allowed


def parse(raw: dict[str, Any], environment: str, source: str) -> Settings:
    """Validate what a TOML file holds; raises `ConfigError` with all faults at once."""
    faults: list[Fault] = []
    data: dict[str, Any] = {**_plain(raw, faults), "environment": environment}
    if "environment" in raw:
        remedy = "remove it: the file's name is the environment"
        faults.append(Fault("environment", shown(raw["environment"]), remedy))
    settings = _validated(data, faults)
    reported = {each.key for each in faults}
    for each in check(settings):
        if not overlap({each.key, *each.involves}, reported):
            faults.append(each)
    if faults:
        raise ConfigError(source, sorted(faults, key=lambda each: each.key), settings)
    return settings


def _plain(raw: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """A copy of what JSON can hold, too; what it cannot is reported and left out."""
    found = list(unusable(raw))
    faults.extend(Fault(dotted(place), received, remedy) for place, received, remedy in found)
    data = copy.deepcopy(raw)
    for location in {removable(place) for place, _, _ in found}:
        _repair(data, location)
    return data


def _validated(data: dict[str, Any], faults: list[Fault]) -> Settings:
    """Validate, replacing each faulty value by its default until the rest holds."""
    while True:
        try:
            return Settings.model_validate_json(json.dumps(data))
        except ValidationError as error:
            details = error.errors(include_url=False)
        places = [detail["loc"] for detail in details]
        # A list whose item is faulty may seem too short as well.
        faults.extend(
            fault(detail)
            for detail in details
            if not any(_around(detail["loc"], place) for place in places)
        )
        for location in {removable(detail["loc"]) for detail in details}:
            _repair(data, location)


def _around(outer: tuple[int | str, ...], inner: tuple[int | str, ...]) -> bool:
    return len(outer) < len(inner) and inner[: len(outer)] == outer


def _repair(data: dict[str, Any], location: tuple[str, ...]) -> None:
    *parents, last = location
    for parent in parents:
        data = data.get(parent, {})
    data.pop(last, None)
    if not parents and last in _STAND_INS:
        data[last] = _STAND_INS[last]
