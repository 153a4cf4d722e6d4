"""Risk rules: `rules.toml` gives each change of a resource its risk."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from automation.review.conditions import CONDITIONS, denies_less, opened, widened
from automation.terraform.diff import at
from automation.terraform.plan import Action, ResourceChange

RULES = Path(__file__).parent / "rules.toml"
_OPENED = "opened to the world"
_POLICIES = {"widened": widened, "denies less": denies_less}


class Risk(StrEnum):
    """How much a change asks of those who let it pass; the worst first."""

    BLOCKING = "blocking"
    CAREFUL = "careful"
    ROUTINE = "routine"


ORDER = tuple(Risk)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A kind of change, its risk and the reason for that."""

    risk: Risk
    reason: str
    types: tuple[str, ...] = ("*",)
    without: tuple[str, ...] = ()
    actions: tuple[Action, ...]
    attributes: tuple[str, ...] = ()
    when: str = ""
    to: tuple[str, ...] = ()
    """Patterns, one of which the new value has to match, and no old one."""

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> "Rule":
        """A rule of the file; raises `ValueError` for what is none."""
        given = {name: tuple(value) for name, value in entry.items() if isinstance(value, list)}
        actions = tuple(Action(each) for each in entry["actions"])
        rule = cls(**{**entry, **given, "risk": Risk(entry["risk"]), "actions": actions})
        if rule.when and rule.when not in (*CONDITIONS, *_POLICIES, _OPENED):
            raise ValueError(f'"{rule.when}" is no condition')
        return rule

    def matches(self, resource: ResourceChange) -> bool:
        """Whether a change is of this kind."""
        if resource.action not in self.actions or resource.type in self.without:
            return False
        if not any(fnmatchcase(resource.type, pattern) for pattern in self.types):
            return False
        if self.when == _OPENED:
            return opened(resource.before, resource.after)
        return not self.attributes or any(self._touches(resource, name) for name in self.attributes)

    def _touches(self, resource: ResourceChange, attribute: str) -> bool:
        old = at(resource.before, attribute)
        new = at(resource.after, attribute)
        if self.when in _POLICIES:
            pairs = zip(_filled(old, new), _filled(new, old), strict=True)
            return any(_POLICIES[self.when](before, after) for before, after in pairs)
        if self.to:
            found = [each for each in new if self._is_meant(each)]
            return any(each not in old for each in found)
        return CONDITIONS[self.when or "changed"](old, new)

    def _is_meant(self, value: Any) -> bool:
        return any(fnmatchcase(str(value), pattern) for pattern in self.to)


@dataclass(frozen=True)
class Assessment:
    """A risk, and why."""

    risk: Risk
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """All rules, and those for what none of them is about."""

    rules: tuple[Rule, ...]
    otherwise: tuple[Rule, ...]


def load(file: Path = RULES) -> Rules:
    """The reviewed rules."""
    with file.open("rb") as toml:
        content = tomllib.load(toml)
    return Rules(*(tuple(map(Rule.parse, content[key])) for key in ("rule", "otherwise")))


def assess(resource: ResourceChange, rules: Rules) -> Assessment:
    """The worst risk that a rule sees in a change, with the reasons of all that see it."""
    found = [rule for rule in rules.rules if rule.matches(resource)]
    if not found:
        found = [next(rule for rule in rules.otherwise if rule.matches(resource))]
    worst = min((rule.risk for rule in found), key=ORDER.index)
    reasons = dict.fromkeys(rule.reason for rule in found if rule.risk is worst)
    return Assessment(worst, tuple(reasons))


def _filled(these: tuple[Any, ...], others: tuple[Any, ...]) -> tuple[Any, ...]:
    """As many as there are others: where nothing was, or will be, there is no policy."""
    return these + (None,) * (len(others) - len(these))
