"""Exemptions from scanners' checks, each with a reviewed reason.

Those of Terrace hold for any settings, or by what settings say, and come with it; those of
`policy-exceptions.toml` are the user's.
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.errors import UserError
from automation.scan.document import Document
from config import Settings

_FORM = re.compile(r"([a-z_]+(?:\.[a-z_]+)*) (=|<|>|lacks) (.+)")
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda found, given: bool(found == given),
    "<": lambda found, given: bool(found < given),
    ">": lambda found, given: bool(found > given),
    "lacks": lambda found, given: given not in found,
}


@dataclass(frozen=True)
class Condition:
    """A key of the settings, a sign, and what to hold the key's value against."""

    key: str
    sign: str
    value: Any

    def holds(self, settings: Settings) -> bool:
        """Whether an environment's settings say so."""
        found = settings.model_dump(mode="json")
        for part in self.key.split("."):
            found = found[part]
        return _SIGNS[self.sign](found, self.value)


def parse(text: str) -> Condition:
    """Read a condition; raises `ValueError` that says what one looks like."""
    written = _FORM.fullmatch(text)
    if not written:
        raise ValueError(f"when: received {text!r}; expected `<key> <one of = < > lacks> <JSON>`")
    key, sign, value = written.groups()
    model: Any = Settings
    for part in key.split("."):
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            raise ValueError(f"when: {key} is no setting: docs/settings.md has every key")
        model = fields[part].annotation
    try:
        return Condition(key, sign, json.loads(value))
    except json.JSONDecodeError as error:
        raise ValueError(f"when: received {value!r}; expected JSON: {error}") from error


@dataclass(frozen=True, order=True)
class Violation:
    """`resource` is the path of its construct, which begins with the stack."""

    environment: str
    resource: str
    check: str
    says: str


OWN = Path(__file__).parent / "exceptions.toml"
FILE = PROJECT / "policy-exceptions.toml"
_REQUIRED, _OPTIONAL = {"check", "resources", "reason"}, {"environments", "says", "when"}


@dataclass(frozen=True)
class Exemption:
    """A check that may fail for these resources, in these environments or in all.

    With `says`, it may fail for no other reason than one that has these words; with `when`, only
    where the settings say so.
    """

    check: str
    resources: tuple[str, ...]
    reason: str
    environments: tuple[str, ...] = ()
    says: str = ""
    when: Condition | None = None

    def explains(self, finding: Violation) -> bool:
        """Whether the finding is as expected."""
        return (
            finding.check == self.check
            and finding.resource in self.resources
            and self.says in finding.says
            and self.holds_in(finding.environment)
        )

    def holds_in(self, environment: str) -> bool:
        """Whether it is meant for the environment."""
        return not self.environments or environment in self.environments


def applied(
    exemptions: Iterable[Exemption], settings: Mapping[str, Settings]
) -> tuple[Exemption, ...]:
    """Those that may be needed, where the settings of the environments say so.

    One that holds by nobody's settings, or for an environment that is not there, is left out.
    """
    found = []
    for each in exemptions:
        named = each.environments or tuple(settings)
        holds = [
            name
            for name in named
            if name in settings and (each.when is None or each.when.holds(settings[name]))
        ]
        if each.environments or each.when:
            each = replace(each, environments=tuple(holds))  # noqa: PLW2901
        if holds:
            found.append(each)
    return tuple(found)


def orphans(exemptions: Iterable[Exemption], known: Iterable[str]) -> Iterator[str]:
    """What to do about environments that exemptions name and that are not there."""
    there = set(known)
    for each in exemptions:
        for name in each.environments:
            if name not in there:
                yield (
                    f"{FILE.name}: {each.check} for {', '.join(each.resources)}: there is no "
                    f"environment {name}: name the one that took its place, or remove it here"
                )


@dataclass(frozen=True)
class Unused:
    """A resource of an exemption that has nothing to be exempted from."""

    exemption: Exemption
    resource: str
    environment: str

    def __str__(self) -> str:
        """What to do about it."""
        check, where = self.exemption.check, self.environment
        return (
            f"{FILE.name}: {check} does not fail for {self.resource} in {where}: "
            f"remove the resource, or name the environments where it does"
        )


def load(file: Path = FILE) -> tuple[Exemption, ...]:
    """The reviewed list; raises `UserError` for entries without reason or resource."""
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8")).get("exception", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{file.name}: {error}") from error
    return tuple(_exemption(entry, f"{file.name}: exception {n}") for n, entry in _counted(entries))


def unused(
    exemptions: Iterable[Exemption], documents: Sequence[Document], findings: Sequence[Violation]
) -> Iterator[Unused]:
    """Where an environment has the resource, or the entry names it, but the check does not fail."""
    for exemption in exemptions:
        used = {(each.environment, each.resource) for each in findings if exemption.explains(each)}
        for resource in exemption.resources:
            places = list(_places(exemption, resource, documents))
            for environment in places:
                if (environment, resource) not in used:
                    yield Unused(exemption, resource, environment)
            if not places and not exemption.environments:
                yield Unused(exemption, resource, "any environment")


def _places(exemption: Exemption, resource: str, documents: Iterable[Document]) -> Iterator[str]:
    """The environments where the check is said to fail for the resource."""
    for document in documents:
        there = resource in document.paths.values()
        named = document.environment in exemption.environments and (there or not exemption.when)
        everywhere = not exemption.environments and there
        if named or everywhere:
            yield document.environment


def _counted(entries: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    return ((number, entry) for number, entry in enumerate(entries, start=1))


def _exemption(entry: dict[str, Any], where: str) -> Exemption:
    if missing := sorted(each for each in _REQUIRED if not entry.get(each)):
        raise UserError(f"{where}: {', '.join(missing)} missing")
    if unknown := sorted(entry.keys() - _REQUIRED - _OPTIONAL):
        raise UserError(f"{where}: unknown {', '.join(unknown)}")
    try:
        when = parse(entry["when"]) if "when" in entry else None
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
    return Exemption(
        check=entry["check"],
        resources=tuple(entry["resources"]),
        reason=entry["reason"],
        environments=tuple(entry.get("environments", ())),
        says=entry.get("says", ""),
        when=when,
    )
