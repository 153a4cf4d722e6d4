"""Plan files as JSON: resource changes and actions, with values, secrets included.

https://developer.hashicorp.com/terraform/internals/json-format
"""

import base64
import binascii
import codecs
import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import Any

from automation.errors import UserError
from automation.terraform.diff import UNKNOWN

# Minor versions only add to it.
# https://developer.hashicorp.com/terraform/internals/json-format#format-version
_FORMAT, _OLDER = "1", "0"
# What is no plan: the descriptions that `plan --out` writes, and an earlier review's answer.
_OTHERS = (".plan.json", "review.json")
_NEWER = "was made by a Terraform that is newer than this review knows"
_SHOW = "write what `terraform show -json` prints of a saved plan to it"
_ZIP = b"PK\x03\x04"
# UTF-32 first, whose mark begins as that of UTF-16 does.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"{\0": "utf-16-le",
    b"\0{": "utf-16-be",
}
# So many lines of a wrapper's may look as if a plan began there.
_STARTS = 20

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


def _text(file: Path) -> str:
    """UTF-8, or what PowerShell writes; raises `UserError`."""
    try:
        raw = file.read_bytes()
        mark = next((mark for mark in _MARKS if raw.startswith(mark)), b"")
        if raw.startswith(_ZIP):
            raise UserError(f"{file} is a saved plan, which only Terraform reads: {_SHOW}")
        return raw.decode(_MARKS.get(mark, "utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}: {_SHOW}, in UTF-8") from error


def parse(text: str, source: str) -> Plan:
    """A plan; raises `UserError` that names where it came from and says what to run."""
    plan = _found(text, source)
    if "@level" in plan or "@message" in plan:
        raise UserError(f"{source} is the log that `terraform plan -json` prints: {_SHOW}")
    if "values" in plan or "lineage" in plan:
        raise UserError(f"{source} is a state, not a plan: {_SHOW}")
    version = plan.get("format_version")
    if not isinstance(version, str) or not version[:1].isdigit():
        raise UserError(f"{source} is no plan: {_SHOW}")
    made_by = f"format {version}, Terraform {plan.get('terraform_version', 'unknown')}"
    if version.split(".")[0] not in (_FORMAT, _OLDER):
        raise UserError(f"{source} {_NEWER}: {made_by}: plan with Terraform 1.x")
    if is_older(plan) and not _marked(plan):
        raise UserError(
            f"{source} is older than this review reads ({made_by}), and does not say what is "
            "secret: plan with Terraform 1.1 or newer"
        )
    if plan.get("errored"):
        raise UserError(f"{source} is of a plan that failed: mend what failed, and plan again")
    if not plan.keys() & {"planned_values", "resource_changes"}:
        raise UserError(f"{source} is no plan: {_SHOW}")
    return plan


def _found(text: str, source: str) -> dict[str, Any]:
    """The plan in a text, which may be among lines that a wrapper printed around it."""
    starts = [each.start() for each in re.finditer(r"^\{", text, re.MULTILINE)][:_STARTS]
    failure: Exception | None = None
    first: Any = None
    for start in starts or [len(text) - len(text.lstrip())]:
        try:
            found, _ = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            failure = failure or error
            continue
        if isinstance(found, dict) and "format_version" in found:
            return found
        first = found if first is None else first
    if isinstance(first, dict):
        return first
    if failure:
        raise UserError(f"{source} is no JSON: {failure}: {_SHOW}") from failure
    raise UserError(f"{source} is no plan: {_SHOW}")


def is_older(plan: Plan) -> bool:
    """Whether it is of a Terraform before 1.1, with which the format got its promise."""
    return str(plan["format_version"]).split(".")[0] == _OLDER


def _marked(plan: Plan) -> bool:
    """Whether each change says which of its values are secret."""
    found = plan.get("resource_changes") or ()
    changes = [each.get("change") for each in found if isinstance(each, dict)]
    return all("after_sensitive" in each for each in changes if isinstance(each, dict))


def newer(source: str, what: str) -> UserError:
    """The error about something in a plan that is not known here."""
    return UserError(f"{source} {_NEWER}: {what}: update Terrace, or plan with an older Terraform")


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
    INVOKE = "invoke"
    """It runs once, and leaves nothing in the state: an action of Terraform 1.14."""
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


# Why something is replaced of which no attribute says so.
_REPLACED = {
    "replace_because_tainted": "it is replaced as it is tainted, or was never made whole",
    "replace_by_request": "it is replaced because of -replace",
    "replace_by_triggers": "it is replaced because of replace_triggered_by",
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
    note: str = ""
    """What else is to be known of it, such as what makes it run."""

    @cached_property
    def before(self) -> dict[str, Any]:
        """Its attributes now; none of one that is created."""
        found: dict[str, Any] = readable(self.change.get("before") or {})
        return found

    @cached_property
    def after(self) -> dict[str, Any]:
        """Its attributes then; `UNKNOWN` where only AWS will tell."""
        unknown = self.change.get("after_unknown")
        if self.action in (Action.DESTROY, Action.FORGET):
            return {}
        known = with_unknown(self.change.get("after") or {}, unknown)
        found: dict[str, Any] = readable(known)
        return found


# The launch template's is in Base64, perhaps compressed.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
_ENCODED = ("user_data", "user_data_base64")
_GZIP = b"\x1f\x8b"


def with_unknown(value: Any, unknown: Any) -> Any:
    """The value with `UNKNOWN` where Terraform marks what only AWS will tell."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict) and isinstance(value, (dict, type(None))):
        known = value or {}
        found = {name: with_unknown(known.get(name), unknown.get(name)) for name in unknown}
        return {**known, **found} if value is not None or any(found.values()) else None
    if isinstance(unknown, list) and isinstance(value, list):
        pairs = zip_longest(value, unknown)
        return [with_unknown(each, mark) for each, mark in pairs]
    return value


def readable(value: Any, name: str = "") -> Any:
    """The value with JSON texts, such as policies, and encoded user data taken apart."""
    if isinstance(value, dict):
        return {key: readable(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [readable(each, name) for each in value]
    if isinstance(value, str):
        return _decoded(value) if name in _ENCODED else _parsed(value)
    return value


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if isinstance(found, dict) and "Statement" in found:
        statements = found["Statement"]
        found["Statement"] = statements if isinstance(statements, list) else [statements]
    return found if isinstance(found, (dict, list)) else text


def _decoded(text: str) -> str:
    try:
        raw = base64.b64decode(text, validate=True)
        return (gzip.decompress(raw) if raw.startswith(_GZIP) else raw).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, OSError, EOFError, zlib.error):
        return text


def resources(stack: str, plan: Plan, source: str) -> tuple[ResourceChange, ...]:
    """Each resource of a plan, and each action that it runs; raises `UserError`."""
    with well_formed(source):
        changes = [
            _resource(stack, each, source)
            for each in plan.get("resource_changes") or ()
            if each.get("mode", "managed") == "managed"
        ]
        return (*changes, *_invocations(stack, plan))


def outputs(plan: Plan, source: str) -> Mapping[str, bool]:
    """The names of the outputs that change, and whether there still is such an output then."""
    with well_formed(source):
        found = plan.get("output_changes") or {}
        return {
            name: each["actions"] != ["delete"]
            for name, each in found.items()
            if each["actions"] != ["no-op"]
        }


def _invocations(stack: str, plan: Plan) -> Iterator[ResourceChange]:
    """The actions that a plan runs, each once with all that makes it run.

    https://developer.hashicorp.com/terraform/language/invoke-actions
    """
    by_address: dict[str, list[Mapping[str, Any]]] = {}
    for each in plan.get("action_invocations") or ():
        by_address.setdefault(str(each["address"]), []).append(each)
    for address, found in by_address.items():
        first = found[0]
        yield ResourceChange(
            stack=stack,
            address=address,
            type=str(first["type"]),
            action=Action.INVOKE,
            previous_address="",
            imported_id="",
            forcing=frozenset(),
            change={
                "after": _mapping(first.get("config_values")),
                "after_unknown": first.get("config_unknown"),
                "after_sensitive": first.get("config_sensitive"),
            },
            note="; ".join(dict.fromkeys(map(_trigger, found))),
        )


def _trigger(invocation: Mapping[str, Any]) -> str:
    trigger = invocation.get("lifecycle_action_trigger")
    if not trigger:
        return "it runs because of -invoke"
    event = re.sub(r"(?<=[a-z])(?=[A-Z])", " the ", str(trigger["action_trigger_event"])).lower()
    return f"it runs {event} of {trigger['triggering_resource_address']}"


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, (dict, type(None))):
        raise TypeError("the values of an action are no object")
    return value or {}


@contextmanager
def well_formed(source: str) -> Iterator[None]:
    """Whatever a plan has none of, or has otherwise, inside is a `UserError`."""
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
        imported_id=_imported_id(imported),
        forcing=frozenset(str(path[0]) for path in change.get("replace_paths") or () if path),
        change=change,
        note=_REPLACED.get(str(each.get("action_reason")), ""),
    )


def _imported_id(imported: Mapping[str, Any]) -> str:
    """By its id, or by the attributes that AWS knows it by, from Terraform 1.12 on."""
    identity = imported.get("identity") or {}
    return str(imported.get("id") or ", ".join(f"{key}={identity[key]}" for key in identity))
