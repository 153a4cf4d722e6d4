"""Reads the drift in a plan, resource by resource; `expected.toml` lists what changes by itself."""

import tomllib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.terraform.diff import Difference, at, compare

Values = Mapping[str, Any]
# The type and the attributes of a resource that adds to another one.
Piece = tuple[str, Values]
_EVERY_PROTOCOL = "-1"


class SiblingResources:
    """The resources of a plan, those that are there and those that were, and others `elsewhere`."""

    def __init__(self, plan: Mapping[str, Any], elsewhere: Iterable[Piece] = ()) -> None:
        found = list(_prior(plan))
        gone = [
            (each["type"], each["change"]["before"])
            for each in plan.get("resource_drift", ())
            if each["change"]["actions"] == ["delete"]
        ]
        self._resources = [*found, *gone, *elsewhere]

    def of(self, type_: str, key: str, id_: object) -> Iterator[Values]:
        """Those of a type that belong to the resource with an id, which their key names."""
        for each, values in self._resources:
            if each == type_ and values.get(key) == id_:
                yield values


@dataclass(frozen=True)
class Shared:
    """A collection, whose pieces are told apart as those of the resources that add them are."""

    type: str
    attribute: str
    by: str
    key: str
    pieces: Callable[[Any], Iterator[Hashable]]
    piece: Callable[[Values], Hashable]

    def foreign(self, items: Any, id_: object, others: SiblingResources) -> list[Any]:
        """The items of which no other resource of ours can be the author."""
        ours = {self.piece(values) for values in others.of(self.by, self.key, id_)}
        return [item for item in items or () if not ours.issuperset(self.pieces(item))]


def manual_only(type_: str, attribute: str) -> bool:
    """Whether no plan undoes what was added to such a collection, or to an item of it."""
    name = attribute.partition("[")[0]
    return any(each.type == type_ and each.attribute == name for each in SHARED)


def _rules(item: Values) -> Iterator[Hashable]:
    """A security group lists rules that differ only in their peer as one."""
    ports = item["protocol"], item["from_port"], item["to_port"]
    if item["protocol"] == _EVERY_PROTOCOL:
        ports = (_EVERY_PROTOCOL, None, None)
    for kind in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"):
        yield from ((*ports, peer) for peer in item.get(kind) or ())
    if item.get("self"):
        yield (*ports, "self")


def _rule(values: Values) -> Hashable:
    kinds = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
    peer = next((values[kind] for kind in kinds if values.get(kind)), None)
    if peer == values["security_group_id"]:
        peer = "self"
    if values["ip_protocol"] == _EVERY_PROTOCOL:
        return _EVERY_PROTOCOL, None, None, peer
    return values["ip_protocol"], values["from_port"], values["to_port"], peer


def _routes(item: Values) -> Iterator[Hashable]:
    kinds = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
    yield next((item[kind] for kind in kinds if item.get(kind)), None)


def _route(values: Values) -> Hashable:
    kinds = ("cidr_block", "ipv6_cidr_block", "prefix_list_id")
    names = [f"destination_{kind}" for kind in kinds]
    return next((values[name] for name in names if values.get(name)), None)


def _named(item: Values) -> Iterator[Hashable]:
    yield item["name"]


SHARED = (
    *(
        Shared(
            "aws_security_group",
            direction,
            f"aws_vpc_security_group_{direction}_rule",
            "security_group_id",
            _rules,
            _rule,
        )
        for direction in ("ingress", "egress")
    ),
    Shared("aws_route_table", "route", "aws_route", "route_table_id", _routes, _route),
    Shared(
        "aws_iam_role",
        "inline_policy",
        "aws_iam_role_policy",
        "role",
        _named,
        lambda values: str(values["name"]),
    ),
    Shared(
        "aws_iam_role",
        "managed_policy_arns",
        "aws_iam_role_policy_attachment",
        "role",
        lambda item: iter([str(item)]),
        lambda values: str(values["policy_arn"]),
    ),
)


def pieces(states: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """What all states have that adds to a collection, as that may be another stack's.

    A port is opened beside who listens on it, and the group that it is opened in is upstream.
    """
    types = {each.by for each in SHARED} | {each.by for each in load()}
    return [
        (resource["type"], instance["attributes"])
        for state in states
        for resource in state["resources"]
        if resource["mode"] == "managed" and resource["type"] in types
        for instance in resource["instances"]
    ]


def pieces_of(plans: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """The same of the states that plans were made from."""
    types = {each.by for each in SHARED} | {each.by for each in load()}
    return [each for plan in plans for each in _prior(plan) if each[0] in types]


def _prior(plan: Mapping[str, Any]) -> Iterator[Piece]:
    """The resources of the state that a plan was made from, in modules too."""
    modules = list(at(plan, "prior_state.values.root_module"))
    for module in modules:
        modules += at(module, "child_modules")
        for each in at(module, "resources"):
            if isinstance(each, Mapping) and isinstance(each.get("values"), Mapping):
                yield str(each.get("type")), each["values"]


EXPECTED = Path(__file__).parent / "expected.toml"


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An attribute that changes without anybody's doing."""

    type: str
    attribute: str
    reason: str
    by: str = ""
    """Only if there is a resource of this type, which tells of changes itself."""
    key: str = ""
    """The attribute of that resource which names the one that it belongs to."""
    first: bool = False
    """Only the first value: the state has none yet."""
    before: Any = None
    after: Any = None
    """Only from this value to that one."""

    def explains(self, type_: str, before: Values, after: Values, others: SiblingResources) -> bool:
        """Whether a resource's attribute was to be expected to change."""
        if type_ != self.type or (self.first and before.get(self.attribute)):
            return False
        transition = before.get(self.attribute), after.get(self.attribute)
        if self.after is not None and transition != (self.before, self.after):
            return False
        return not self.by or any(others.of(self.by, self.key, before.get("id")))


def load(file: Path = EXPECTED) -> tuple[Expected, ...]:
    """The reviewed list."""
    with file.open("rb") as opened:
        return tuple(Expected(**each) for each in tomllib.load(opened)["expected"])


def expect(
    type_: str, change: Mapping[str, Any], rules: Iterable[Expected], others: SiblingResources
) -> dict[str, Any]:
    """The change without what was to be expected."""
    before, after = dict(change["before"]), dict(change["after"])
    for rule in rules:
        if rule.explains(type_, change["before"], change["after"], others):
            before.pop(rule.attribute, None)
            after.pop(rule.attribute, None)
    for shared in SHARED:
        if shared.type == type_:
            for values in (before, after):
                found = shared.foreign(values.get(shared.attribute), values.get("id"), others)
                values[shared.attribute] = found
    return {**change, "before": before, "after": after}


_COPY = "tags_all"


@dataclass(frozen=True)
class Drifted:
    """A resource that was changed, or deleted, outside Terraform."""

    address: str
    type: str
    differences: tuple[Difference, ...] = ()
    """None of a resource that was deleted."""

    @property
    def deleted(self) -> bool:
        """Whether it is gone."""
        return not self.differences


def drifted(
    plan: Mapping[str, Any], expected: Iterable[Expected], elsewhere: Iterable[Piece] = ()
) -> Iterator[Drifted]:
    """Read a plan as `terraform show -json` prints it, and leave out what was to be expected.

    `elsewhere` are resources of other stacks that may have added to this one's.
    https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
    """
    rules, others = tuple(expected), SiblingResources(plan, elsewhere)
    for resource in plan.get("resource_drift", ()):
        change, address = resource["change"], resource["address"]
        if change["actions"] == ["delete"]:
            yield Drifted(address, resource["type"])
        elif change["actions"] == ["update"]:
            found = tuple(_differences(expect(resource["type"], change, rules, others)))
            if found:
                yield Drifted(address, resource["type"], found)


def _differences(change: Mapping[str, Any]) -> Iterator[Difference]:
    found = compare(
        change["before"],
        change["after"],
        secret_before=change.get("before_sensitive"),
        secret_after=change.get("after_sensitive"),
    )
    attributes = {difference.attribute for difference in found}
    for difference in found:
        # The provider keeps a second copy of every tag, those from its defaults included.
        name, _, tag = difference.attribute.partition(".")
        if name != _COPY or f"tags.{tag}" not in attributes:
            yield difference
