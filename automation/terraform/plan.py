"""What a plan does with each resource, as it stands in the plan: secrets included."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from automation.errors import UserError
from automation.review import values
from automation.review.plans import Plan, newer


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DESTROY = "destroy"
    MOVE = "move"
    IMPORT = "import"
    """AWS has it as it is declared, and Terraform gets to know it."""
    FORGET = "forget"
    """It stays in AWS, and Terraform no longer knows it."""
    NO_OP = "no-op"


# https://developer.hashicorp.com/terraform/internals/json-format#change-representation
_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("no-op",): Action.NO_OP,
    ("create",): Action.CREATE,
    ("update",): Action.UPDATE,
    ("delete",): Action.DESTROY,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
    ("forget",): Action.FORGET,
}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource and its values before and after."""

    stack: str
    address: str
    type: str
    action: Action
    previous_address: str
    imported_id: str
    """By which AWS knows what is taken into the state; empty if nothing is."""
    forcing: frozenset[str]
    """The attributes because of which it cannot stay."""
    change: Mapping[str, Any]

    @cached_property
    def before(self) -> dict[str, Any]:
        """Its attributes now; none of one that is created."""
        found: dict[str, Any] = values.readable(self.change.get("before") or {})
        return found

    @cached_property
    def after(self) -> dict[str, Any]:
        """Its attributes then; `values.UNKNOWN` where only AWS will tell."""
        unknown = self.change.get("after_unknown")
        if self.action in (Action.DESTROY, Action.FORGET):
            return {}
        known = values.with_unknown(self.change.get("after") or {}, unknown)
        found: dict[str, Any] = values.readable(known)
        return found


def resources(stack: str, plan: Plan, source: str) -> tuple[Resource, ...]:
    """Each resource of a plan; raises `UserError` when the plan is malformed."""
    with _well_formed(source):
        return tuple(
            _resource(stack, each, source)
            for each in plan.get("resource_changes") or ()
            if each.get("mode", "managed") == "managed"
        )


def outputs(plan: Plan, source: str) -> tuple[str, ...]:
    """The names of the outputs that change."""
    with _well_formed(source):
        found = plan.get("output_changes") or {}
        return tuple(name for name, each in found.items() if each["actions"] != ["no-op"])


@contextmanager
def _well_formed(source: str) -> Iterator[None]:
    try:
        yield
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise UserError(f"{source} is malformed ({what}): plan again") from error


def _resource(stack: str, each: Mapping[str, Any], source: str) -> Resource:
    change = each["change"]
    action = _ACTIONS.get(tuple(change["actions"]))
    if action is None:
        raise newer(source, f"the action {change['actions']} of {each['address']}")
    for side in ("before", "after"):
        if not isinstance(change.get(side), (dict, type(None))):
            raise TypeError(f"{side} of {each['address']} is no object")
    previous = str(each.get("previous_address", ""))
    imported = change.get("importing") or {}
    if action is Action.NO_OP and (previous or imported):
        action = Action.IMPORT if imported else Action.MOVE
    # What is left of an earlier replacement that failed halfway.
    leftover = f" (deposed {each['deposed']})" if "deposed" in each else ""
    return Resource(
        stack=stack,
        address=str(each["address"]) + leftover,
        type=str(each["type"]),
        action=action,
        previous_address=previous,
        imported_id=str(imported.get("id", "")),
        forcing=frozenset(str(path[0]) for path in change.get("replace_paths") or () if path),
        change=change,
    )
