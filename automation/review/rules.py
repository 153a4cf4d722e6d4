"""Risk rules: `rules.toml` gives each change its risk and downtime, by conditions on values."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from automation.review import reach
from automation.review.reach import Tree
from automation.terraform.diff import ABSENT, UNKNOWN, both, canonical, matched
from automation.terraform.plan import Action, ResourceChange

_EMPTY: tuple[Any, ...] = (None, "", [], {}, 0)
_OFF = ("", "disabled", "suspended", "off", "false", "none", "inactive", "0")
_ENDLESS = float("inf")
RULES = Path(__file__).parent / "rules.toml"


def changed(old: Any, new: Any, name: str = "") -> bool:
    """Whether anything differs, wherever it stands."""
    if old == new:
        return False
    before, after = (
        None if each is ABSENT or each in _EMPTY else canonical(each, name) for each in (old, new)
    )
    return before != after


def switched_off(old: Any, new: Any, name: str = "") -> bool:
    """Whether something that was on, or named, is still there and no longer is."""
    return new is not ABSENT and lost(old, new, name)


def lost(old: Any, new: Any, name: str = "") -> bool:
    """Whether something that was on, or named, no longer is, or is no longer there."""
    return switched_on(new, old, name) and not unknown(old, new, name)


def switched_on(old: Any, new: Any, _: str = "") -> bool:
    """Whether something is on that was not."""
    return _on(new) and not _on(old) and new != UNKNOWN


def fewer(old: Any, new: Any, name: str = "") -> bool:
    """Whether something is missing from a list."""
    if ABSENT in (old, new) or unknown(old, new, name):
        return False
    return any(each.new is ABSENT for each in matched(_list(old), _list(new), name))


def less(old: Any, new: Any, _: str = "") -> bool:
    """Whether a number shrinks, or is no longer given."""
    before, after = _number(old), _number(new) or 0
    return before is not None and after < before and not _untold(new)


def shorter(old: Any, new: Any, _: str = "") -> bool:
    """Whether something is kept for less time, where no number, or 0, means for ever."""
    before, after = _number(old) or _ENDLESS, _number(new) or _ENDLESS
    return after < before and old is not ABSENT and not _untold(new)


def rarer(old: Any, new: Any, _: str = "") -> bool:
    """Whether a schedule has fewer times in a year."""
    before, after = _per_year(old), _per_year(new)
    return before is not None and (after or 0) < before and not _untold(new)


def unknown(_: Any, new: Any, __: str = "") -> bool:
    """Whether only AWS will tell what it becomes."""
    return new == UNKNOWN or (isinstance(new, list) and UNKNOWN in new)


# Of what is at a path and what becomes of it, with the name of the attribute.
CONDITIONS: Mapping[str, Callable[[Any, Any, str], bool]] = {
    "changed": changed,
    "switched off": switched_off,
    "switched on": switched_on,
    "lost": lost,
    "fewer": fewer,
    "less": less,
    "shorter": shorter,
    "rarer": rarer,
    "unknown": unknown,
    "widened": lambda old, new, _: reach.widened(old, new),
    "allows more": lambda old, new, _: reach.allows_more(old, new),
    "denies less": lambda old, new, _: reach.denies_less(old, new),
}


def _opened(before: Tree, after: Tree, attributes: Sequence[str]) -> bool:
    return reach.opened(*_openings(before, after, attributes))


def _lets_in_more(before: Tree, after: Tree, attributes: Sequence[str]) -> bool:
    return reach.lets_in_more(*_openings(before, after, attributes))


def _lets_in_less(before: Tree, after: Tree, attributes: Sequence[str]) -> bool:
    return reach.lets_in_more(*reversed(_openings(before, after, attributes)))


def _openings(
    before: Tree, after: Tree, attributes: Sequence[str]
) -> tuple[list[reach.Opening], list[reach.Opening]]:
    # A rule that is put into another group opens that one; one that is made anew is not known yet.
    was, then = (tree.get("security_group_id") for tree in (before, after))
    old = () if was != then != UNKNOWN else reach.openings(before, attributes)
    return list(old), list(reach.openings(after, attributes))


# Of all of a resource: what it lets happen is told from several attributes together.
_SETS: Mapping[str, Callable[[Tree, Tree, Sequence[str]], bool]] = {
    "opened to the world": _opened,
    "lets in more": _lets_in_more,
    "lets in less": _lets_in_less,
    "deletes more": lambda before, after, _: reach.deletes_more(before, after),
}


def _on(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_on, value))
    return value is not ABSENT and bool(value) and str(value).lower() not in _OFF


def _untold(new: Any) -> bool:
    """Whether a value is that of a block which goes, or only AWS will tell it."""
    return new is ABSENT or new == UNKNOWN


def _number(value: Any) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except (ValueError, OverflowError):
        return None


_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_A_YEAR = {"minute": 525_600, "hour": 8_760, "day": 365}
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


def _per_year(schedule: Any) -> float | None:
    """How often that is, about; None of what is no schedule.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/events/ScheduledEvents.html
    """
    text = str(schedule)
    rate, cron = _RATE.fullmatch(text), _CRON.fullmatch(text)
    if rate and int(rate[1]):
        return _A_YEAR[rate[2]] / int(rate[1])
    if not cron:
        return None
    minutes, hours, days, months, weekdays = (
        _times(each, whole)
        for each, whole in zip(cron.groups(), (60, 24, 365 / 12, 12, 7), strict=False)
    )
    return minutes * hours * months * min(days, weekdays * 365 / 12 / 7)


def _times(field_: str, whole: float) -> float:
    """How many times a field of a schedule names, of as many as there can be."""
    if field_[:1] in "*?" and "/" not in field_:
        return whole
    found = 0.0
    for part in field_.split(","):
        span, _, step = part.partition("/")
        first, _, last = (str(_DAYS.index(x)) if x in _DAYS else x for x in span.partition("-"))
        count = int(last) - int(first) + 1.0 if first.isdecimal() and last.isdecimal() else 1.0
        count = whole if step and not last.isdecimal() else count
        found += count / int(step) if step.isdecimal() and int(step) else count
    return found


class Risk(StrEnum):
    """How much a change asks of those who let it pass; the worst first."""

    BLOCKING = "blocking"
    CAREFUL = "careful"
    ROUTINE = "routine"


ORDER = tuple(Risk)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of change."""

    types: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ("*",)
    actions: tuple[Action, ...]
    attributes: tuple[str, ...] = ()
    when: str = ""
    to: tuple[str, ...] = ()
    """Patterns, one of which the new value has to match, and no old one."""

    @cached_property
    def _paths(self) -> tuple[tuple[str, str, str], ...]:
        """Where each attribute is: in what, the whole path, and its name."""
        return tuple(
            (re.split(r"[.[]", path, maxsplit=1)[0], path, path.rpartition(".")[2])
            for path in self.attributes
        )

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Self:
        """A kind of the file; raises `ValueError` for what is none."""
        given = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
        actions = tuple(Action(each) for each in entry["actions"])
        kind = cls(**{**entry, **given, "actions": actions})
        if kind.when and kind.when not in (*CONDITIONS, *_SETS):
            raise ValueError(f'"{kind.when}" is no condition')
        return kind

    def is_about(self, type_: str, action: Action) -> bool:
        """Whether a change of a type of resource may be of this kind at all."""
        meant = any(fnmatchcase(type_, pattern) for pattern in self.types)
        return action in self.actions and meant and type_ not in self.without

    def matches(self, resource: ResourceChange) -> bool:
        """Whether a change of a resource that it is about is of this kind."""
        if not any(fnmatchcase(resource.address, pattern) for pattern in self.addresses):
            return False
        if self.when in _SETS:
            return _SETS[self.when](resource.before, resource.after, self.attributes)
        return not self.attributes or any(self._holds(*each) for each in self._pairs(resource))

    def _pairs(self, resource: ResourceChange) -> Iterator[tuple[str, Any, Any]]:
        for first, path, name in self._paths:
            if first in resource.before or first in resource.after:
                for old, new in both(resource.before, resource.after, path):
                    yield name, old, new

    def _holds(self, name: str, old: Any, new: Any) -> bool:
        if not self.to:
            return CONDITIONS[self.when or "changed"](old, new, name)
        was, becomes = (_list(each) for each in (old, new))
        return any(
            fnmatchcase(str(each), pattern)
            for each in becomes
            if each not in was
            for pattern in self.to
        )


@dataclass(frozen=True, kw_only=True)
class Rule(Kind):
    """A kind of change, its risk and the reason for that."""

    risk: Risk
    reason: str
    up_to: int = 0
    """How many such changes in a plan are no matter."""
    unless_new: str = ""
    """An attribute that names what it belongs to: what is new itself has nothing to lose."""
    unknown: str = ""
    """The reason to be careful where only AWS will tell what an attribute becomes."""

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Self:
        """A rule of the file; raises `ValueError` for what is none."""
        return super().parse({**entry, "risk": Risk(entry["risk"])})

    def judge(
        self, resource: ResourceChange, among: Sequence[ResourceChange]
    ) -> tuple[Risk, str] | None:
        """The risk of a change and the reason, if it is of this kind, and not one of too few."""
        if self.unless_new and self._belongs_to_new(resource, among):
            return None
        if self.matches(resource):
            return (self.risk, self.reason) if self._is_enough(among) else None
        if self.unknown and any(unknown(*pair) for _, *pair in self._pairs(resource)):
            return Risk.CAREFUL, self.unknown
        return None

    def _is_enough(self, among: Sequence[ResourceChange]) -> bool:
        if not self.up_to:
            return True
        alike = (each for each in among if self.is_about(each.type, each.action))
        return sum(map(self.matches, alike)) > self.up_to

    def _belongs_to_new(self, resource: ResourceChange, among: Sequence[ResourceChange]) -> bool:
        owner = resource.after.get(self.unless_new)
        created = (each for each in among if each.action is Action.CREATE)
        return owner == UNKNOWN or any(
            owner in (each.after.get(self.unless_new), each.after.get("name"))
            for each in created
            if owner and resource.type.startswith(f"{each.type}_")
        )


@dataclass(frozen=True, kw_only=True)
class Downtime(Kind):
    """A kind of change, and for how long something is away."""

    away: str
    having: str = ""
    """An attribute that is on, and stays so."""
    lacking: str = ""
    """An attribute that is not on, or does not stay so."""
    first: str = ""
    """What comes first in a replacement: create or delete."""

    def matches(self, resource: ResourceChange) -> bool:
        """Whether a change of a resource that it is about is of this kind."""
        if self.first and self.first != resource.change["actions"][0]:
            return False
        if self.having and not _stays(resource, self.having):
            return False
        if self.lacking and _stays(resource, self.lacking):
            return False
        return super().matches(resource)


def _stays(resource: ResourceChange, name: str) -> bool:
    """Whether an attribute is on before a change and after it."""
    return all(_on(side.get(name)) for side in (resource.before, resource.after))


def _list(value: Any) -> list[Any]:
    if value is ABSENT or value is None:
        return []
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Assessment:
    """A risk, and why."""

    risk: Risk
    reasons: tuple[str, ...]
    downtime: tuple[str, ...] = ()
    """For how long it is away, where that is known."""


@dataclass(frozen=True)
class Rules:
    """All rules, those for what none of them is about, and what is known of downtime."""

    rules: tuple[Rule, ...]
    otherwise: tuple[Rule, ...]
    downtimes: tuple[Downtime, ...]
    _about: dict[tuple[str, Action], "Rules"] = field(default_factory=dict, compare=False)

    def about(self, type_: str, action: Action) -> "Rules":
        """Those that may be about a change of a type of resource."""
        found = self._about.get((type_, action))
        if found is None:
            found = self._about[type_, action] = Rules(
                tuple(each for each in self.rules if each.is_about(type_, action)),
                tuple(each for each in self.otherwise if each.is_about(type_, action)),
                tuple(each for each in self.downtimes if each.is_about(type_, action)),
            )
        return found


def load(file: Path = RULES) -> Rules:
    """The reviewed rules."""
    with file.open("rb") as toml:
        content = tomllib.load(toml)
    rules, otherwise = (tuple(map(Rule.parse, content[key])) for key in ("rule", "otherwise"))
    return Rules(rules, otherwise, tuple(map(Downtime.parse, content["downtime"])))


def assess(
    resource: ResourceChange, rules: Rules, *, among: Sequence[ResourceChange]
) -> Assessment:
    """The worst risk that a rule sees in a change of a plan, with the reasons of all that do."""
    about = rules.about(resource.type, resource.action)
    found = [verdict for rule in about.rules if (verdict := rule.judge(resource, among))]
    if not found:
        found = [(about.otherwise[0].risk, about.otherwise[0].reason)]
    worst = min((risk for risk, _ in found), key=ORDER.index)
    return Assessment(
        worst,
        tuple(dict.fromkeys(reason for risk, reason in found if risk is worst)),
        _downtime(resource, about.downtimes) if worst is not Risk.ROUTINE else (),
    )


def _downtime(resource: ResourceChange, known: Sequence[Downtime]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.away for each in known if each.matches(resource)))
