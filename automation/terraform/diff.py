"""Values of a plan: read, matched block by block, compared, and shown without their secrets."""

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MASK = "(sensitive value)"
UNKNOWN = "(known after apply)"
# The provider's resources of the old kind do not tell null from what is empty.
# https://developer.hashicorp.com/terraform/plugin/framework/migrating/benefits
_NOTHING: tuple[Any, ...] = (None, "", [], {}, 0)
# What of a whole block is not worth a word; 0 and false may be.
_SAYS_NOTHING: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class _Secret:
    """Compares as what it hides."""

    hidden: Any


@dataclass(frozen=True)
class Difference:
    """An attribute with its old and its new value; of a list, only the items that differ."""

    attribute: str
    old: Any
    new: Any


def compare(before: Any, after: Any, *, secret_before: Any, secret_after: Any) -> list[Difference]:
    """Every difference, by the path of the attribute; the marks of secrets are Terraform's.

    https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """
    hidden_before, hidden_after = _hide(before, secret_before), _hide(after, secret_after)
    return list(_values(hidden_before, hidden_after, ""))


def _hide(value: Any, secret: Any) -> Any:
    if secret is True:
        return value if value in _NOTHING else _Secret(value)
    if isinstance(value, dict) and isinstance(secret, dict):
        return {name: _hide(each, secret.get(name)) for name, each in value.items()}
    if isinstance(value, list) and isinstance(secret, list):
        marks = [*secret, *[None] * len(value)]
        return [_hide(each, mark) for each, mark in zip(value, marks, strict=False)]
    return value


def _values(old: Any, new: Any, path: str) -> Iterator[Difference]:
    # In JSON a list of one may be written as its item.
    if isinstance(old, list) and isinstance(new, (str, dict)):
        new = [new]
    elif isinstance(old, (str, dict)) and isinstance(new, list):
        old = [old]
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(old, new, path)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, path)
    elif isinstance(old, _Secret) or isinstance(new, _Secret):
        # What was a secret once, or is one now, is told of neither side.
        yield Difference(path, MASK, MASK)
    else:
        yield Difference(path, _shown(old), _shown(new))


def _mappings(old: Mapping[str, Any], new: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in sorted({*old, *new}):
        inner = f"{path}.{name}" if path else name
        yield from _values(old.get(name), new.get(name), inner)


def _lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Difference]:
    """Sets are lists, too, in a plan: what both have is left out, wherever it stands."""
    found = matched(old, new, path.rpartition(".")[2])
    gone = [each.old for each in found if each.new is ABSENT and not each.identity]
    come = [each.new for each in found if each.old is ABSENT and not each.identity]
    differences = [
        difference
        for each in found
        if each.identity or ABSENT not in (each.old, each.new)
        for difference in _values(_present(each.old), _present(each.new), f"{path}{each.place}")
    ]
    if gone or come:
        differences.append(Difference(path, _shown(gone), _shown(come)))
    if not differences and any(each.old_at != each.new_at for each in found):
        yield _reordered(old, new, found, path)
    yield from differences


def _reordered(
    old: Sequence[Any], new: Sequence[Any], found: "Sequence[Pairing]", path: str
) -> Difference:
    """The same items in another order: of blocks their identities tell, else only the whole."""
    if not all(each.identity for each in found):
        return Difference(path, _shown(old), _shown(new))
    later = sorted(found, key=lambda each: each.new_at)
    before, after = ([each.identity for each in each_] for each_ in (found, later))
    return Difference(f"{path} (order)", before, after)


def _present(item: Any) -> Any:
    return None if item is ABSENT else item


class _Absent:
    """What is at no place."""


ABSENT = _Absent()


@dataclass(frozen=True, kw_only=True)
class Pairing:
    """An item of a list and what it becomes; `ABSENT` where there is no such item."""

    old: Any
    new: Any
    old_at: int
    new_at: int
    identity: str
    """What tells it from the others, as far as anything does."""
    alone: bool
    """Whether there is nothing in its list that it could be taken for."""

    @property
    def place(self) -> str:
        """What is added to the path of its list."""
        at = self.old_at if self.new is ABSENT or self.old is not ABSENT else self.new_at
        return "" if self.alone else f"[{self.identity or at}]"


# By what the blocks of a list are told apart: the first that all of them have; several names with
# a + between them are one identity. Other lists are tried with the usual names.
IDENTITIES: Mapping[str, tuple[str, ...]] = {
    "Statement": ("Sid",),
    "block_device_mappings": ("device_name",),
    "container_definitions": ("name",),
    "custom_error_response": ("error_code",),
    "default_action": ("order",),
    "ebs_block_device": ("device_name",),
    "entry": ("cidr",),
    "inline_policy": ("name",),
    "lifecycle_rule": ("id",),
    "option": ("option_name",),
    "option_settings": ("name",),
    "ordered_cache_behavior": ("path_pattern",),
    "origin": ("origin_id",),
    "origin_group": ("origin_id",),
    "parameter": ("name",),
    "portMappings": ("containerPort",),
    "replica": ("region_name",),
    "route": ("cidr_block+ipv6_cidr_block+destination_prefix_list_id",),
    # Of a bucket's life cycle, of a backup plan and of a firewall.
    "rule": ("id", "rule_name", "name", "priority"),
    "rules": ("rulePriority",),
    "setting": ("namespace+resource+name", "name"),
    "tag": ("key",),
}
_USUAL = ("id", "name", "key", "sid", "priority", "rule_number", "port", "prefix")
# Of others the order means nothing: of these the first that fits decides.
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CacheBehavior.html
_ORDERED = ("ordered_cache_behavior", "command", "entryPoint")
# Blocks that nothing else makes one are the same if so much of them is, and there are not too many.
_ALIKE = 0.5
_MOST = 2_500


def matched(old: Sequence[Any], new: Sequence[Any], block: str) -> list[Pairing]:
    """What becomes of each item of a list: told by identity, then by content, then by likeness."""
    names = _identity(block, old, new)
    gone, come = dict(enumerate(old)), dict(enumerate(new))
    places: list[tuple[int | None, int | None]] = []
    if names:
        places += _taken(gone, come, lambda item: _key(item, names))
    places += _taken(gone, come, lambda item: canonical(_without(item, names)))
    few = len(old) <= 1 and len(new) <= 1
    if len(gone) == len(come) == 1 and (few or not names):
        places.append((gone.popitem()[0], come.popitem()[0]))
    places += _alike(gone, come, names)
    places += [*((place, None) for place in gone), *((None, place) for place in come)]
    alone = few and not (names and block in IDENTITIES)
    found = [_pairing(old, new, pair, () if alone else names, alone) for pair in places]
    return sorted(found, key=lambda each: (each.old_at, each.new_at))


def _pairing(
    old: Sequence[Any],
    new: Sequence[Any],
    pair: tuple[int | None, int | None],
    names: tuple[str, ...],
    alone: bool,
) -> Pairing:
    before, after = pair
    one = ABSENT if before is None else old[before]
    other = ABSENT if after is None else new[after]
    key = _key(one if after is None else other, names) or _key(one, names) or ()
    return Pairing(
        old=one,
        new=other,
        old_at=len(old) if before is None else before,
        new_at=len(new) if after is None else after,
        identity="/".join(
            MASK if isinstance(part, _Secret) else str(part) for part in key if part != ""
        ),
        alone=alone,
    )


def _identity(block: str, old: Sequence[Any], new: Sequence[Any]) -> tuple[str, ...]:
    """The names of the attributes that tell the blocks of a list apart; none if nothing does."""
    for candidate in IDENTITIES.get(block, _USUAL):
        names = tuple(candidate.split("+"))
        if all(_distinct(side, names) for side in (old, new)):
            return names
    return ()


def _distinct(items: Sequence[Any], names: tuple[str, ...]) -> bool:
    found: set[tuple[Hashable, ...]] = set()
    for item in items:
        key = _key(item, names)
        if key is None or key in found:
            return False
        found.add(key)
    return True


def _key(item: Any, names: tuple[str, ...]) -> tuple[Hashable, ...] | None:
    """What a block has under these names; None without anything there that is known."""
    if not names or not isinstance(item, dict):
        return None
    found = tuple("" if item.get(name) is None else item[name] for name in names)
    plain = [each.hidden if isinstance(each, _Secret) else each for each in found]
    known = all(isinstance(each, (str, int)) and each != UNKNOWN for each in plain)
    return found if known and any(each != "" for each in plain) else None


def _without(item: Any, names: Sequence[str]) -> Any:
    if not names or not isinstance(item, dict):
        return item
    return {name: each for name, each in item.items() if name not in names}


def _taken(
    gone: dict[int, Any], come: dict[int, Any], key: Callable[[Any], Hashable]
) -> list[tuple[int, int]]:
    """Take away the items of two lists that have the same key; return their places."""
    waiting: dict[Hashable, list[int]] = {}
    for place, item in come.items():
        waiting.setdefault(key(item), []).append(place)
    found: list[tuple[int, int]] = []
    for place, item in list(gone.items()):
        twins = waiting.get(key(item))
        if twins:
            found.append((place, twins.pop(0)))
    for before, after in found:
        del gone[before], come[after]
    return found


def _alike(
    gone: dict[int, Any], come: dict[int, Any], names: Sequence[str]
) -> list[tuple[int, int]]:
    """Take away the blocks that are most alike, though not the same; return their places."""
    if not gone or not come or len(gone) * len(come) > _MOST:
        return []
    before, after = (
        {at: frozenset(_leaves(_without(item, names), ())) for at, item in side.items()}
        for side in (gone, come)
    )
    scores = [
        (len(one & other) / (len(one | other) or 1), -at, -to)
        for at, one in before.items()
        for to, other in after.items()
    ]
    found: list[tuple[int, int]] = []
    for score, at, to in sorted(scores, reverse=True):
        if score >= _ALIKE and -at in gone and -to in come:
            del gone[-at], come[-to]
            found.append((-at, -to))
    return found


def _leaves(item: Any, path: tuple[str, ...]) -> Iterator[Hashable]:
    """Every text and number in a block, with where it is; of lists the items wherever they are."""
    if isinstance(item, dict):
        for name, each in item.items():
            yield from _leaves(each, (*path, name))
    elif isinstance(item, list):
        for each in item:
            yield from _leaves(each, path)
    elif path and item not in _NOTHING:
        yield path, canonical(item)


def canonical(value: Any, name: str = "") -> Hashable:
    """What the provider takes for the same, made equal: without order, and what is empty."""
    if isinstance(value, _Secret):
        return _Secret(canonical(value.hidden))
    if isinstance(value, dict):
        items = {key: each for key, each in value.items() if each not in _NOTHING}
        return frozenset((key, canonical(each, key)) for key, each in items.items())
    if isinstance(value, list):
        found = tuple(canonical(each, name) for each in value)
        return found if name in _ORDERED else frozenset(Counter(found).items())
    return value  # type: ignore[no-any-return]


_STEP = re.compile(r"[^.\[]+(?:\[[^]]*])?")


def both(old: Any, new: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """What is at a path such as `rule.expiration.days` with what becomes of it, block by block.

    `parameter[general_log].value` is that of one block. Of a block that comes or goes the other
    side is `ABSENT`, if it has an identity; else None.
    """
    yield from _both(old, new, tuple(_STEP.findall(path)), "")


def _both(old: Any, new: Any, path: tuple[str, ...], block: str) -> Iterator[tuple[Any, Any]]:
    if not path:
        yield old, new
    elif isinstance(old, list) or isinstance(new, list):
        for one, other in _blocks(old, new, block):
            yield from _both(one, other, path, "")
    elif isinstance(old, dict) or isinstance(new, dict):
        name = path[0].partition("[")[0]
        yield from _both(_inside(old, name), _inside(new, name), path[1:], path[0])
    elif UNKNOWN in (old, new):
        yield tuple(UNKNOWN if each == UNKNOWN else None for each in (old, new))  # type: ignore[misc]


def _blocks(old: Any, new: Any, block: str) -> Iterator[tuple[Any, Any]]:
    before, after = (each if isinstance(each, list) else [] for each in (old, new))
    if UNKNOWN in (old, new):
        yield from ((each, new) for each in before)
        yield from ((old, each) for each in after)
        return
    name, _, only = block.partition("[")
    for each in matched(before, after, name):
        if not only or each.identity == only.rstrip("]"):
            yield (
                each.old if each.identity or old is ABSENT else _present(each.old),
                each.new if each.identity or new is ABSENT else _present(each.new),
            )


def _inside(tree: Any, name: str) -> Any:
    if isinstance(tree, dict):
        return tree.get(name)
    return tree if tree is ABSENT or tree == UNKNOWN else None


def same(old: Any, new: Any) -> bool:
    """Whether two values are one to the provider."""
    if old is None or new is None:
        return old in _NOTHING and new in _NOTHING
    if isinstance(old, dict) and isinstance(new, dict):
        return all(same(old.get(name), new.get(name)) for name in {*old, *new})
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new)


def _shown(value: Any) -> Any:
    if isinstance(value, _Secret):
        return MASK
    if isinstance(value, dict):
        return {name: _shown(each) for name, each in value.items() if each not in _SAYS_NOTHING}
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return value


def at(tree: Any, path: str) -> tuple[Any, ...]:
    """Every value that is at a path such as `rule.expiration.days`, in whichever list it is."""
    return tuple(_at(tree, path.split(".") if path else []))


def _at(tree: Any, path: list[str]) -> Iterator[Any]:
    if isinstance(tree, list):
        for each in tree:
            yield from _at(each, path)
    elif not path or tree == UNKNOWN:
        yield tree
    elif isinstance(tree, Mapping) and path[0] in tree:
        yield from _at(tree[path[0]], path[1:])
