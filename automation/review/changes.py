"""Changes of resources: risk, reasons, renames, and attributes without their secrets."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from automation.review.rules import ORDER, Assessment, Risk, Rules, assess
from automation.terraform.diff import UNKNOWN, Difference, compare
from automation.terraform.masking import Mask
from automation.terraform.plan import Action, ResourceChange

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

    @property
    def key(self) -> tuple[str, str]:
        """Its stack and its address: no other change of a review has the same."""
        return self.stack, self.address


def changes(resources: Sequence[ResourceChange], rules: Rules, mask: Mask) -> tuple[Change, ...]:
    """Every change of a stack's resources, the riskiest first; what stays as it is is none."""
    renamed = renamed_to(resources)
    found = [
        _change(each, assess(each, rules, among=resources), mask, renamed)
        for each in resources
        if each.action is not Action.NO_OP
    ]
    return tuple(sorted(found, key=lambda each: (ORDER.index(each.risk), each.address)))


def _change(
    resource: ResourceChange, assessment: Assessment, mask: Mask, renamed: Mapping[str, str]
) -> Change:
    hint = ""
    if resource.address in renamed:
        hint = (
            f"This looks like a rename to {renamed[resource.address]}: a `moved` entry keeps it "
            "instead of destroying it"
        )
    return Change(
        stack=resource.stack,
        address=resource.address,
        type=resource.type,
        action=resource.action,
        risk=assessment.risk,
        reasons=assessment.reasons,
        moved_from=resource.previous_address,
        imported_id=resource.imported_id,
        hint=hint,
        attributes=tuple(sorted(_attributes(resource, mask), key=_weight)),
    )


def _attributes(resource: ResourceChange, mask: Mask) -> Iterator[Attribute]:
    found = compare(
        resource.before,
        resource.after,
        secret_before=resource.change.get("before_sensitive"),
        secret_after=resource.change.get("after_sensitive"),
    )
    for each in _without_copies(found):
        yield Attribute(
            name=each.attribute,
            old=mask.within(each.old),
            new=mask.within(each.new),
            forces_replacement=each.attribute.split(".")[0].split("[")[0] in resource.forcing,
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
