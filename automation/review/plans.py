"""Reads the plans that are to be reviewed, and refuses what is no such plan."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from automation.errors import UserError
from automation.review.values import at

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
