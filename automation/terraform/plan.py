"""Plan files as JSON: resource changes with their values, secrets included.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from automation.errors import UserError
from automation.terraform.diff import at, readable, with_unknown

# Minor versions only add to it.
# https://developer.hashicorp.com/terraform/internals/json-format#format-version
_FORMAT = "1"
# What is no plan: the descriptions that `plan --out` writes, and an earlier review's answer.
_OTHERS = (".plan.json", "review.json")
_NEWER = "was made by a Terraform that is newer than this review knows"

# A plan as `terraform show -json` prints it.
Plan = Mapping[str, Any]


def read(folder: Path) -> dict[str, Plan]:
    """The plans of a folder of `<stack>.json` files, by stack; raises `UserError`."""
    files = [file for file in sorted(folder.glob("*.json")) if not file.name.endswith(_OTHERS)]
    if not files:
        raise UserError(
            f"{folder} has no plans: make them with `plan --out`, or write "
            "`terraform show -json` of each stack to <stack>.json"
        )
    return {file.stem: parse(_text(file), str(file)) for file in files}


def parse(text: str, source: str) -> Plan:
    """A plan; raises `UserError` that names where it came from."""
    try:
        plan = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{source} is no JSON: {error}: plan again") from error
    if not isinstance(plan, dict) or not isinstance(plan.get("format_version"), str):
        raise UserError(f"{source} is no plan: write what `terraform show -json` prints to it")
    version = plan["format_version"]
    if version.split(".")[0] != _FORMAT:
        made_by = plan.get("terraform_version", "unknown")
        raise UserError(
            f"{source} {_NEWER}: format {version}, Terraform {made_by}: plan with Terraform 1.x"
        )
    if plan.get("errored"):
        raise UserError(f"{source} is of a plan that failed: mend what failed, and plan again")
    if "planned_values" not in plan:
        raise UserError(f"{source} is a state, not a plan: show what `terraform plan -out` saved")
    return plan


def upstreams(plan: Plan, stacks: Mapping[str, Any]) -> frozenset[str]:
    """The stacks whose states a plan's configuration looks up, among those named."""
    # A backend's key is "prod-349081/network/terraform.tfstate".
    lookups = [
        json.dumps(each)
        for each in at(plan, "configuration.root_module.resources")
        if isinstance(each, dict) and each.get("type") == "terraform_remote_state"
    ]
    return frozenset(
        name for name in stacks if any(f"/{name}/terraform.tfstate" in each for each in lookups)
    )


def newer(source: str, what: str) -> UserError:
    """The error about something in a plan that is not known here."""
    return UserError(f"{source} {_NEWER}: {what}: update Terrace, or plan with an older Terraform")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error


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
class ResourceChange:
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
        found: dict[str, Any] = readable(self.change.get("before") or {})
        return found

    @cached_property
    def after(self) -> dict[str, Any]:
        """Its attributes then; `values.UNKNOWN` where only AWS will tell."""
        unknown = self.change.get("after_unknown")
        if self.action in (Action.DESTROY, Action.FORGET):
            return {}
        known = with_unknown(self.change.get("after") or {}, unknown)
        found: dict[str, Any] = readable(known)
        return found


def resources(stack: str, plan: Plan, source: str) -> tuple[ResourceChange, ...]:
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


def _resource(stack: str, each: Mapping[str, Any], source: str) -> ResourceChange:
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
    return ResourceChange(
        stack=stack,
        address=str(each["address"]) + leftover,
        type=str(each["type"]),
        action=action,
        previous_address=previous,
        imported_id=str(imported.get("id", "")),
        forcing=frozenset(str(path[0]) for path in change.get("replace_paths") or () if path),
        change=change,
    )
