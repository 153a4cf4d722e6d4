"""Sets of what a configuration lets happen: who gets in, what is deleted, who may do what.

A change is judged by what its set has more, or less, than before, however it is written down.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from automation.terraform.diff import UNKNOWN, at

Tree = Mapping[str, Any]
_LAST_PORT = 65_535
_EVERY = "every"
# https://www.iana.org/assignments/protocol-numbers/protocol-numbers.xhtml
_PROTOCOLS = {"-1": _EVERY, "all": _EVERY, "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_CIDRS = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
_GROUPS = (
    "security_groups",
    "source_security_group_id",
    "referenced_security_group_id",
    "prefix_list_ids",
    "prefix_list_id",
)
# As many addresses, in ranges with so many leading bits together, are not anybody's own network.
_WORLD = {"4": 2 ** (32 - 7), "6": 2 ** (128 - 15)}
_OWN = "self"

# The first and the last of a range of numbers.
Range = tuple[int, int]


@dataclass(frozen=True)
class Opening:
    """From where, by which protocol and to which ports traffic gets in."""

    protocol: str
    ports: Range
    space: str
    """What the addresses are of: 4 or 6, or the name of a group of its own."""
    addresses: Range = (0, 0)


def openings(tree: Tree, attributes: Sequence[str] = ()) -> Iterator[Opening]:
    """All that a security group or one of its rules lets in, or lists of ranges elsewhere."""
    for name in attributes:
        for each in at(tree, name):
            yield _opening(each, _EVERY, (0, _LAST_PORT))
    if not attributes and tree.get("type", "ingress") == "ingress":
        blocks = tree.get("ingress")
        for rule in blocks if isinstance(blocks, list) else [tree]:
            if isinstance(rule, Mapping):
                yield from _let_in(rule)


def _let_in(rule: Tree) -> Iterator[Opening]:
    protocol = str(rule.get("ip_protocol", rule.get("protocol"))).lower()
    protocol = _PROTOCOLS.get(protocol, protocol)
    ports = _ports(rule, protocol)
    for name in (*_CIDRS, *_GROUPS):
        for each in at(rule, name):
            if each:
                yield _opening(each, protocol, ports)
    if rule.get(_OWN) is True:
        yield Opening(protocol, ports, _OWN)


def _ports(rule: Tree, protocol: str) -> Range:
    """Of ICMP, the kind of message. What is not known may be any."""
    first, last = rule.get("from_port"), rule.get("to_port")
    if not isinstance(first, int) or first < 0 or protocol == _EVERY:
        return 0, _LAST_PORT
    if protocol.startswith("icmp"):
        return first, first
    return first, last if isinstance(last, int) else _LAST_PORT


def _opening(source: Any, protocol: str, ports: Range) -> Opening:
    try:
        network = ipaddress.ip_network(str(source), strict=False)
    except ValueError:
        return Opening(protocol, ports, str(source))
    first = int(network.network_address)
    return Opening(
        protocol, ports, str(network.version), (first, first + network.num_addresses - 1)
    )


def opened(before: Iterable[Opening], after: Iterable[Opening]) -> bool:
    """Whether the world gets in where it did not."""
    return any(
        space in _WORLD and _size(new) >= _WORLD[space] for space, _, new in _more(before, after)
    )


def lets_in_more(before: Iterable[Opening], after: Iterable[Opening]) -> bool:
    """Whether anybody gets in who did not."""
    return any(True for _ in _more(before, after))


def _more(
    before: Iterable[Opening], after: Iterable[Opening]
) -> Iterator[tuple[str, list[Range], list[Range]]]:
    """Where more addresses get in: their kind, and the ranges before and after."""
    old, new = set(before), set(after)
    for protocol, space in {(each.protocol, each.space) for each in new - old}:
        one, other = (
            [each for each in side if each.space == space and each.protocol in (protocol, _EVERY)]
            for side in (old, new)
        )
        edges = {edge for each in (*one, *other) for edge in (each.ports[0], each.ports[1] + 1)}
        for first, end in pairwise(sorted(edges)):
            was, then = (_addresses(side, (first, end - 1)) for side in (one, other))
            if not all(any(_within(each, whole) for whole in was) for each in then):
                yield space, was, then


def _addresses(side: Iterable[Opening], ports: Range) -> list[Range]:
    """The addresses that get to these ports, in as few ranges as there can be."""
    found: list[Range] = []
    for first, last in sorted(each.addresses for each in side if _within(ports, each.ports)):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return found


def _within(part: Range, whole: Range) -> bool:
    return whole[0] <= part[0] and part[1] <= whole[1]


def _size(ranges: Iterable[Range]) -> int:
    return sum(last - first + 1 for first, last in ranges)


@dataclass(frozen=True)
class Deletion:
    """Objects of a bucket that are deleted after a time."""

    what: str
    """Which versions of them."""
    prefix: str
    conditions: frozenset[str]
    """Tags and sizes that an object has to have: with more of them fewer are deleted."""
    after: float
    kept: float = 0
    """So many newer versions are left out."""

    def includes(self, other: "Deletion") -> bool:
        """Whether all that the other deletes is deleted by this one, and no later."""
        return (
            self.what == other.what
            and other.prefix.startswith(self.prefix)
            and self.conditions <= other.conditions
            and self.after <= other.after
            and self.kept <= other.kept
        )


_OLDER = "older versions"
_TIMES = {
    "expiration.days": "current versions",
    "expiration.date": "current versions by a date",
    "noncurrent_version_expiration.noncurrent_days": _OLDER,
    "noncurrent_version_expiration.days": _OLDER,
}
_DISABLED = ("Disabled", False)


def deletions(tree: Tree) -> Iterator[Deletion]:
    """What the life cycle of a bucket deletes; what is not known may be anything."""
    for rule in (*at(tree, "rule"), *at(tree, "lifecycle_rule")):
        if isinstance(rule, Mapping) and rule.get("status", rule.get("enabled")) not in _DISABLED:
            prefixes = [each for each in _filters(rule, "prefix") if isinstance(each, str)]
            prefix = next((each for each in prefixes if each != UNKNOWN), "")
            conditions = frozenset(
                f"{name.rstrip('s')}: {each}"
                for name in ("tag", "tags", "object_size_greater_than", "object_size_less_than")
                for each in _filters(rule, name)
            )
            newer = [*at(rule, "noncurrent_version_expiration.newer_noncurrent_versions"), 0][0]
            kept = newer if isinstance(newer, (int, float)) else 0
            for what, after in _times(rule):
                yield Deletion(what, prefix, conditions, after, kept if what == _OLDER else 0)


def _filters(rule: Tree, name: str) -> Iterator[Any]:
    """A filter may be the rule's own, or one of several that all have to match."""
    for path in (name, f"filter.{name}", f"filter.and.{name}"):
        for each in at(rule, path):
            if isinstance(each, Mapping):
                one = {each.get("key"): each.get("value")} if "key" in each else each
                yield from (f"{key}={value}" for key, value in one.items())
            elif each:
                yield each


def _times(rule: Tree) -> Iterator[tuple[str, float]]:
    """Which versions are deleted, and after how many days."""
    for path, what in _TIMES.items():
        for each in at(rule, path):
            if each == UNKNOWN:
                yield what, 0
            elif isinstance(each, (int, float)) and each > 0:
                yield what, each
            elif isinstance(each, str) and each:
                yield what, float("".join(filter(str.isdecimal, each[:10])) or 0)


def deletes_more(before: Tree, after: Tree) -> bool:
    """Whether objects are deleted that were kept, or were kept for longer."""
    old = list(deletions(before))
    return not all(any(one.includes(each) for one in old) for each in deletions(after))


_ROOT = ":root"


def widened(before: Any, after: Any) -> bool:
    """Whether a policy allows more without bounds than before: actions, principals, resources.

    Many actions know no resources, so one that is allowed for the first time may have `*` there.
    """
    new = set(_unbounded(after)) - set(_unbounded(before))
    allowed = {action for statement in _allowing(before) for action in _actions(statement)}
    return any(kind != "resource" or what in allowed for kind, what in new)


def allows_more(before: Any, after: Any) -> bool:
    """Whether a policy allows what no statement of it allowed before; what is unknown may."""
    if UNKNOWN in (before, after):
        return bool(before != after)
    old = _allowing(before)
    return not all(
        any(_covers(each, action, resource, statement) for each in old)
        for statement in _allowing(after)
        for action in _actions(statement) or ["*"]
        for resource in _list(statement.get("Resource")) or ["*"]
    )


def _covers(old: Mapping[str, Any], action: str, resource: Any, new: Mapping[str, Any]) -> bool:
    """Whether a statement allowed one action on one resource under the conditions of another."""
    same = ("Principal", "NotAction", "NotResource", "NotPrincipal")
    return (
        all(old.get(key) == new.get(key) for key in same)
        and any(map(_pattern(action), _actions(old) or ["*"]))
        and any(map(_pattern(str(resource)), _list(old.get("Resource")) or ["*"]))
        and _holds_wherever(old.get("Condition") or {}, new.get("Condition") or {})
    )


def _pattern(text: str) -> Callable[[str], bool]:
    """Whether patterns of IAM's include a text, or all that another pattern does."""

    def includes(pattern: str) -> bool:
        written = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "[^*]")
        return re.fullmatch(written, text) is not None

    return includes


def _holds_wherever(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether conditions hold in every case in which others do."""
    for operator, keys in old.items():
        for key, values in keys.items():
            given = new.get(operator, {}).get(key)
            fewer = set(map(str, _list(given))) <= set(map(str, _list(values)))
            if given != values and (given is None or "Not" in operator or not fewer):
                return False
    return True


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
