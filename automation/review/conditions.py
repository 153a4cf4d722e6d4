"""The questions that `rules.toml` asks of a resource's values before and after a change."""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from automation.drift.differences import same
from automation.review import values
from automation.review.values import UNKNOWN

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_OFF = ("", "disabled", "suspended", "off", "false", "none", "inactive")
# A range of this many leading bits or fewer is not anybody's own network.
_WIDEST = {4: 7, 6: 15}
_CIDRS = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")

Tree = Mapping[str, Any]


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
                for cidr in values.at(rule, name):
                    if _whole_world(cidr):
                        yield str(protocol), rule.get("from_port"), rule.get("to_port"), cidr


def _whole_world(cidr: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(cidr), strict=False)
    except ValueError:
        return False
    return network.prefixlen <= _WIDEST[network.version]
