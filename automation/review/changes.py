"""Changes of resources: risk, reasons, renames, drift and attributes without their secrets."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from automation.cost import NO_COST, CostDifference
from automation.review.rules import ORDER, Assessment, Risk, Rules, assess
from automation.terraform.configuration import Configuration
from automation.terraform.diff import UNKNOWN, Difference, compare
from automation.terraform.drift import Piece, drifted
from automation.terraform.drift import load as load_expected
from automation.terraform.masking import Mask, secrets
from automation.terraform.plan import Action, Plan, ResourceChange, is_older, well_formed

_EXPECTED = load_expected()
# What AWS tells of one that is there is not planned for one that is to come, and tags may differ.
_LEAST = 2
_TAGS = ("tags", "tags_all")


def renamed_to(resources: Sequence[ResourceChange]) -> Mapping[str, str]:
    """The new address of each resource that is destroyed, where one just like it is created."""
    created = [each for each in resources if each.action is Action.CREATE]
    found: dict[str, str] = {}
    for resource in resources:
        if resource.action is Action.DESTROY:
            twin = next((each for each in created if _alike(resource, each)), None)
            if twin is not None:
                created.remove(twin)
                found[resource.address] = twin.address
    return found


def _alike(old: ResourceChange, new: ResourceChange) -> bool:
    """Whether everything that is planned for one is so with the other."""
    if old.type != new.type:
        return False
    planned = {
        name: value
        for name, value in new.after.items()
        if name not in _TAGS and value not in (None, UNKNOWN, "", [], {}, False)
    }
    alike = sum(bool(old.before.get(name) == value) for name, value in planned.items())
    return _LEAST <= alike == len(planned)


_COPY = "tags_all"


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """An attribute that changes; a secret is masked on both sides."""

    name: str
    old: Any
    new: Any
    forces_replacement: bool = False
    undoes_drift: bool = False
    """Whether it only becomes again what it was before somebody changed it outside Terraform."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to a resource, and how much that matters."""

    stack: str
    address: str
    type: str
    action: Action
    risk: Risk
    reasons: tuple[str, ...]
    moved_from: str = ""
    imported_id: str = ""
    hint: str = ""
    attributes: tuple[Attribute, ...] = ()
    downtime: str = ""
    """For how long it is away, where that is known."""
    because: tuple[str, ...] = ()
    """What leads to its replacement, the first cause first."""
    affects: tuple[str, ...] = ()
    """What depends on it, in its stack and, through outputs, in others: the nearest of them."""
    affected: int = 0
    """How many there are in all."""
    cost: CostDifference = NO_COST
    """What it makes of a month."""

    @property
    def key(self) -> tuple[str, str]:
        """Its stack and its address: no other change of a review has the same."""
        return self.stack, self.address


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A resource that is no longer as Terraform left it; none has attributes that is gone."""

    stack: str
    address: str
    type: str
    attributes: tuple[Attribute, ...]


def drifts(
    stack: str, plan: Plan, source: str, mask: Mask, elsewhere: Sequence[Piece]
) -> tuple[Drift, ...]:
    """What was changed outside Terraform; what changes by itself is none."""
    with well_formed(source):
        return tuple(
            Drift(
                stack=stack,
                address=each.address,
                type=each.type,
                attributes=tuple(_masked(one, mask) for one in each.differences),
            )
            for each in drifted(plan, _EXPECTED, elsewhere)
        )


def secrets_of(resources: Iterable[ResourceChange]) -> Iterator[str]:
    """Every text that is a secret anywhere in them."""
    for each in resources:
        for side in ("before", "after"):
            yield from secrets(each.change.get(side), each.change.get(f"{side}_sensitive"))


def changes(
    resources: Sequence[ResourceChange], rules: Rules, mask: Mask, found_drift: Sequence[Drift]
) -> tuple[Change, ...]:
    """Every change of a stack's resources, the riskiest first; what stays as it is is none."""
    renamed = renamed_to(resources)
    undone = {each.address: each for each in found_drift}
    found = [
        _change(each, assess(each, rules, among=resources), mask, _hint(each, renamed, undone))
        for each in resources
        if each.action is not Action.NO_OP
    ]
    with_drift = (_with_drift(each, undone.get(each.address)) for each in found)
    return tuple(sorted(with_drift, key=lambda each: (ORDER.index(each.risk), each.address)))


def _hint(
    resource: ResourceChange, renamed: Mapping[str, str], drifted: Mapping[str, Drift]
) -> str:
    if resource.address in renamed:
        return (
            f"This looks like a rename to {renamed[resource.address]}: a `moved` entry keeps it "
            "instead of destroying it"
        )
    drift = drifted.get(resource.address)
    if resource.action is Action.CREATE and drift and not drift.attributes:
        return "It was destroyed outside Terraform, and is made again"
    return resource.note


def _change(resource: ResourceChange, assessment: Assessment, mask: Mask, hint: str) -> Change:
    return Change(
        stack=resource.stack,
        address=resource.address,
        type=resource.type,
        action=resource.action,
        risk=assessment.risk,
        reasons=assessment.reasons,
        downtime="; ".join(assessment.downtime),
        moved_from=resource.previous_address,
        imported_id=resource.imported_id,
        hint=hint,
        attributes=tuple(sorted(_attributes(resource, mask), key=_weight)),
    )


def _with_drift(change: Change, drift: Drift | None) -> Change:
    """The change with what in it only undoes what was done outside Terraform."""
    if drift is None or not change.attributes:
        return change
    by_name = {each.name: each for each in drift.attributes}
    attributes = tuple(_undoing(each, by_name.get(each.name)) for each in change.attributes)
    hint = change.hint
    if all(each.undoes_drift for each in attributes):
        hint = hint or "It only undoes what was changed outside Terraform"
    return replace(change, attributes=attributes, hint=hint)


def _undoing(attribute: Attribute, drift: Attribute | None) -> Attribute:
    # Of secrets neither side is known: both look the same.
    if drift is None or attribute.old == attribute.new:
        return attribute
    undoes = (attribute.old, attribute.new) == (drift.new, drift.old)
    return replace(attribute, undoes_drift=undoes)


def _attributes(resource: ResourceChange, mask: Mask) -> Iterator[Attribute]:
    found = compare(
        resource.before,
        resource.after,
        secret_before=resource.change.get("before_sensitive"),
        secret_after=resource.change.get("after_sensitive"),
    )
    for each in _without_copies(found):
        forces = each.attribute.split(".")[0].split("[")[0] in resource.forcing
        yield _masked(each, mask, forces=forces)


def _masked(difference: Difference, mask: Mask, *, forces: bool = False) -> Attribute:
    return Attribute(
        name=mask(difference.attribute),
        old=mask.within(difference.old),
        new=mask.within(difference.new),
        forces_replacement=forces,
    )


def _weight(attribute: Attribute) -> tuple[bool, bool]:
    """What forces a replacement comes first, what only AWS will tell last."""
    return not attribute.forces_replacement, attribute.new == UNKNOWN


def _without_copies(found: Sequence[Difference]) -> Iterator[Difference]:
    """The provider keeps a second copy of every tag, those from its defaults included.

    A default that changes looks as if the resource lost a tag of its own: the copy knows better.
    """
    by_name = {each.attribute: each for each in found}
    for each in found:
        name, _, tag = each.attribute.partition(".")
        if name == "tags" and tag:
            copy = by_name.get(f"{_COPY}.{tag}", each)
            yield replace(each, old=copy.old, new=copy.new)
        elif name != _COPY or (tag and f"tags.{tag}" not in by_name):
            yield each


@dataclass(frozen=True, kw_only=True)
class Caveat:
    """What a plan says beside its changes, because of which it is not all that there is to know."""

    kind: str
    what: str


# https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
_DEFERRED = {
    "instance_count_unknown": "how many there are is known only after apply",
    "resource_config_unknown": "its configuration is known only after apply",
    "provider_config_unknown": "its provider is configured by what is known only after apply",
    "deferred_prereq": "it waits for another one that is deferred",
    "absent_prereq": "what it needs is not there yet",
}


def caveats(plan: Plan, source: str) -> tuple[Caveat, ...]:
    """Whether a plan is partial or older, what it puts off, and which of its checks fail."""
    with well_formed(source):
        found = [*_deferred(plan), *_failed_checks(plan)]
        if plan.get("complete") is False and not any(each.kind == "deferred" for each in found):
            what = "it is partial, and the rest is not reviewed: plan without -target or -exclude"
            found.insert(0, Caveat(kind="partial", what=what))
        if is_older(plan):
            made_by = plan.get("terraform_version", "unknown")
            what = f"it is of Terraform {made_by}, which says less: plan with 1.1 or newer"
            found.insert(0, Caveat(kind="older", what=what))
        return tuple(found)


def _deferred(plan: Plan) -> Iterator[Caveat]:
    changes = [(each, "resource_change") for each in plan.get("deferred_changes") or ()]
    more = plan.get("deferred_action_invocations") or ()
    for each, key in [*changes, *((each, "action_invocation") for each in more)]:
        why = _DEFERRED.get(each.get("reason"), str(each.get("reason", "")))
        what = f"{each[key]['address']} is deferred, as {why}: plan again after this one"
        yield Caveat(kind="deferred", what=what)


def _failed_checks(plan: Plan) -> Iterator[Caveat]:
    """Terraform applies a plan all the same: a check only warns."""
    for check in plan.get("checks") or ():
        if check["status"] in ("fail", "error"):
            instances = check.get("instances") or ()
            problems = [each for instance in instances for each in instance.get("problems") or ()]
            said = "; ".join(str(each["message"]) for each in problems)
            what = f"{check['address']['to_display']} fails" + (f": {said}" if said else "")
            yield Caveat(kind="check", what=what)


# A resource as it is declared, without indexes: its stack and its address.
_Declared = tuple[str, str]
_INDEX = re.compile(r"\[(?:\d+|\"(?:[^\"\\]|\\.)*\")]")
_LEFTOVER = re.compile(r" \(deposed \w+\)$")
# So many of what depends on a change are named, and so many causes followed.
_AFFECTED, _CAUSES = 50, 20
# What is new, or only known otherwise, takes nothing from what depends on it.
_TAKING = (Action.UPDATE, Action.REPLACE, Action.DESTROY)


class BlastRadius:
    """What depends on each resource, through outputs too, and what leads to its replacement."""

    def __init__(
        self, configurations: Mapping[str, Configuration], changes: Iterable[Change]
    ) -> None:
        self._changes = {_declared(each): each for each in changes}
        self._uses: dict[_Declared, dict[str, list[_Declared]]] = {}
        self._users: dict[_Declared, dict[_Declared, None]] = {}
        for stack, configuration in configurations.items():
            for address, uses in configuration.uses.items():
                found = {
                    name: [
                        each for used in names for each in _made_from(stack, used, configurations)
                    ]
                    for name, names in uses.items()
                }
                self._uses[stack, address] = found
                for each in (one for many in found.values() for one in many):
                    self._users.setdefault(each, {})[stack, address] = None

    def around(self, change: Change) -> Change:
        """The change with what it follows from, and what it affects unless it is routine."""
        declared = _declared(change)
        taking = change.action in _TAKING and change.risk is not Risk.ROUTINE
        affects = list(self._affected(declared)) if taking else []
        return replace(
            change,
            because=tuple(map(": ".join, self._causes(declared))),
            affects=tuple(map(": ".join, affects[:_AFFECTED])),
            affected=len(affects),
        )

    def _affected(self, start: _Declared) -> Iterator[_Declared]:
        """Those that depend on it, and on those in turn; what is only looked up is in between."""
        found, todo = {start}, [start]
        for each in todo:
            for user in self._users.get(each, {}):
                if user not in found:
                    found.add(user)
                    todo.append(user)
                    if not user[1].rpartition("module.")[2].startswith("data."):
                        yield user

    def _causes(self, declared: _Declared) -> list[_Declared]:
        """The chain that ends in its replacement, the first cause first."""
        chain, cause = [declared], self._cause(declared)
        while cause is not None and cause not in chain and len(chain) <= _CAUSES:
            chain.append(cause)
            cause = self._cause(cause)
        return chain[:0:-1]

    def _cause(self, declared: _Declared) -> _Declared | None:
        """What is replaced, or else changes, that the attributes that force it refer to."""
        change = self._changes.get(declared)
        if change is None or change.action is not Action.REPLACE:
            return None
        forcing = {re.split(r"[.[]", x.name)[0] for x in change.attributes if x.forces_replacement}
        uses = self._uses.get(declared, {})
        used = [each for name in sorted(forcing & uses.keys()) for each in uses[name]]
        changing = [each for each in used if each in self._changes]
        return min(
            changing,
            key=lambda each: self._changes[each].action is not Action.REPLACE,
            default=None,
        )


def _declared(change: Change) -> _Declared:
    return change.stack, _INDEX.sub("", _LEFTOVER.sub("", change.address))


def _made_from(
    stack: str, used: str, configurations: Mapping[str, Configuration]
) -> Iterator[_Declared]:
    """The resource that is used, or those that an output of another stack is made from."""
    other, slash, output = used.partition("/")
    if slash:
        yield from ((other, each) for each in configurations[other].put_out.get(output, ()))
    else:
        yield stack, used
