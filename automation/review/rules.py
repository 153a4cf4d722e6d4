"""Risk rules: `rules.toml` gives each change of a resource its risk, by conditions on values."""

import ipaddress
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from automation.terraform.diff import UNKNOWN, at, same
from automation.terraform.plan import Action, ResourceChange

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_OFF = ("", "disabled", "suspended", "off", "false", "none", "inactive")
# A range of this many leading bits or fewer is not anybody's own network.
_WIDEST = {4: 7, 6: 15}
_CIDRS = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")

Tree = Mapping[str, Any]
RULES = Path(__file__).parent / "rules.toml"
_OPENED = "opened to the world"


def changed(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether anything differs."""
    before, after = ([each for each in found if each not in _EMPTY] for found in (old, new))
    return not same(before, after)


def switched_off(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether something that was on, or named, no longer is."""
    return sum(map(_on, new)) < sum(map(_on, old))


def switched_on(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether something is on that was not."""
    return sum(map(_on, new)) > sum(map(_on, old))


def fewer(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether something is missing from a list."""
    return UNKNOWN not in new and any(each not in new for each in old)


def less(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether a number shrinks, or is no longer given."""
    return UNKNOWN not in new and _shrinks(_numbers(old), _numbers(new))


def shorter(old: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether something is kept for less time, where no number, or 0, means for ever."""
    endless = float("inf")
    before = [each or endless for each in _numbers(old)] or [endless]
    after = [each or endless for each in _numbers(new)] or [endless]
    return UNKNOWN not in new and _shrinks(before, after)


def unknown(_: tuple[Any, ...], new: tuple[Any, ...]) -> bool:
    """Whether only AWS will tell what it becomes."""
    return UNKNOWN in new


def opened(before: Tree, after: Tree) -> bool:
    """Whether a security group lets the world in where it did not."""
    return bool(set(_openings(after)) - set(_openings(before)))


# Of the values at a path.
CONDITIONS: Mapping[str, Callable[[tuple[Any, ...], tuple[Any, ...]], bool]] = {
    "changed": changed,
    "switched off": switched_off,
    "switched on": switched_on,
    "fewer": fewer,
    "less": less,
    "shorter": shorter,
    "unknown": unknown,
}


def _on(value: Any) -> bool:
    return bool(value) and str(value).lower() not in _OFF


def _numbers(found: tuple[Any, ...]) -> list[float]:
    return [float(each) for each in found if isinstance(each, (int, float))]


def _shrinks(old: list[float], new: list[float]) -> bool:
    if len(old) == len(new):
        return any(after < before for before, after in zip(old, new, strict=True))
    return bool(old) and min(new, default=0) < min(old)


def _openings(tree: Tree) -> Iterator[tuple[Any, ...]]:
    """Protocol, ports and range of everything that is open to the world."""
    if tree.get("type", "ingress") != "ingress":
        return
    blocks = tree.get("ingress")
    for rule in blocks if isinstance(blocks, list) else [tree]:
        if isinstance(rule, Mapping):
            protocol = rule.get("ip_protocol", rule.get("protocol"))
            for name in _CIDRS:
                for cidr in at(rule, name):
                    if _whole_world(cidr):
                        yield str(protocol), rule.get("from_port"), rule.get("to_port"), cidr


def _whole_world(cidr: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return network.prefixlen <= _WIDEST[network.version]


_ROOT = ":root"


def widened(before: Any, after: Any) -> bool:
    """Whether a policy allows more without bounds than before: actions, principals, resources.

    Many actions know no resources, so one that is allowed for the first time may have `*` there.
    """
    new = set(_unbounded(after)) - set(_unbounded(before))
    allowed = {action for statement in _allowing(before) for action in _actions(statement)}
    return any(kind != "resource" or what in allowed for kind, what in new)


def denies_less(before: Any, after: Any) -> bool:
    """Whether something that a policy denied, such as calls without TLS, no longer is."""
    if after == UNKNOWN:
        return False
    kept = _statements(after, "Deny")
    return not all(
        any(_includes(statement, old) for statement in kept) for old in _statements(before, "Deny")
    )


def _includes(new: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    """Whether one statement denies all that the other did."""
    same = ("Condition", "Principal", "NotAction", "NotResource", "NotPrincipal")
    more = ("Action", "Resource")
    return all(new.get(key) == old.get(key) for key in same) and all(
        each in _list(new.get(key)) for key in more for each in _list(old.get(key))
    )


def _unbounded(policy: Any) -> Iterator[tuple[str, str]]:
    for statement in _allowing(policy):
        everybody = _everybody(statement)
        if everybody and not statement.get("Condition"):
            yield "principal", "*"
        if "NotPrincipal" in statement or "NotAction" in statement:
            yield "statement", str(sorted(statement))
        # A key's policy gives its account all of the key, for IAM to hand on.
        # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        delegates = not everybody and _is_account(statement)
        for action in _actions(statement):
            if not delegates and action.endswith("*") and action.partition(":")[2] in ("", "*"):
                yield "action", action
            # In a policy with principals "*" is the resource that the policy belongs to.
            if "Principal" not in statement and "*" in _list(statement.get("Resource")):
                yield "resource", action


def _allowing(policy: Any) -> list[Mapping[str, Any]]:
    return _statements(policy, "Allow")


def _statements(policy: Any, effect: str) -> list[Mapping[str, Any]]:
    if not isinstance(policy, Mapping):
        return []
    statements = _list(policy.get("Statement"))
    found = [each for each in statements if isinstance(each, Mapping)]
    return [each for each in found if each.get("Effect") == effect]


def _actions(statement: Mapping[str, Any]) -> list[str]:
    return [str(each).lower() for each in _list(statement.get("Action"))]


def _everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return "*" in _list(named)


def _is_account(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    if not isinstance(principal, Mapping) or set(principal) != {"AWS"}:
        return False
    return all(str(each).endswith(_ROOT) for each in _list(principal["AWS"]))


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


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
    addresses: tuple[str, ...] = ("*",)
    up_to: int = 0
    """How many such changes in a plan are no matter."""
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

    def applies(self, resource: ResourceChange, among: Sequence[ResourceChange]) -> bool:
        """Whether a change is of this kind, and there are enough of it among all of its plan."""
        return self.matches(resource) and (
            not self.up_to or sum(map(self.matches, among)) > self.up_to
        )

    def matches(self, resource: ResourceChange) -> bool:
        """Whether a change is of this kind."""
        if resource.action not in self.actions or resource.type in self.without:
            return False
        if not any(fnmatchcase(resource.type, pattern) for pattern in self.types):
            return False
        if not any(fnmatchcase(resource.address, pattern) for pattern in self.addresses):
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


def assess(
    resource: ResourceChange, rules: Rules, *, among: Sequence[ResourceChange]
) -> Assessment:
    """The worst risk that a rule sees in a change of a plan, with the reasons of all that do."""
    found = [rule for rule in rules.rules if rule.applies(resource, among)]
    if not found:
        found = [next(rule for rule in rules.otherwise if rule.matches(resource))]
    worst = min((rule.risk for rule in found), key=ORDER.index)
    reasons = dict.fromkeys(rule.reason for rule in found if rule.risk is worst)
    return Assessment(worst, tuple(reasons))


def _filled(these: tuple[Any, ...], others: tuple[Any, ...]) -> tuple[Any, ...]:
    """As many as there are others: where nothing was, or will be, there is no policy."""
    return these + (None,) * (len(others) - len(these))
