"""Finds resources that a plan destroys and creates because somebody renamed them."""

from collections.abc import Mapping, Sequence

from automation.review.resources import Action, Resource
from automation.review.values import UNKNOWN

# What AWS tells of one that is there is not planned for one that is to come, and tags may differ.
_LEAST = 2
_TAGS = ("tags", "tags_all")


def renamed_to(resources: Sequence[Resource]) -> Mapping[str, str]:
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


def _alike(old: Resource, new: Resource) -> bool:
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
