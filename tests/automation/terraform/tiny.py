"""Four small stacks that look like the platform's, for tests of what drives Terraform.

    security <- storage <- application
    security <- dns

Each has two or three resources that an account has at once. State, lock and lookups of other
stacks are wired as CDKTF does it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automation.terraform.stacks import Stack, read
from config import Naming

SECRET = "correct-horse-battery-staple"
UPSTREAMS: Mapping[str, Sequence[str]] = {
    "security": (),
    "dns": ("security",),
    "storage": ("security",),
    "application": ("security", "storage"),
}


def write(folder: Path, naming: Naming) -> tuple[Stack, ...]:
    """Write them below a folder as `main.py` would, and read them back."""
    for name in UPSTREAMS:
        file = folder / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content(name, naming), indent=2), encoding="utf-8")
    manifest = {
        "version": "0.21.0",
        "stacks": {
            name: {"name": name, "synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}
            for name in UPSTREAMS
        },
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return read(folder)


def content(stack: str, naming: Naming) -> dict[str, Any]:
    """A stack's Terraform JSON."""
    backend = {
        "bucket": naming.bucket("tfstate"),
        "key": f"{naming.prefix}/{stack}/terraform.tfstate",
        "region": naming.region,
        "encrypt": True,
        "kms_key_id": naming.arn("kms", f"alias/{naming.name('tfstate')}"),
    }
    lookups = {
        upstream: {
            "backend": "s3",
            "config": {**backend, "key": f"{naming.prefix}/{upstream}/terraform.tfstate"},
        }
        for upstream in UPSTREAMS[stack]
    }
    return {
        "terraform": {
            "backend": {"s3": {**backend, "use_lockfile": True}},
            "required_providers": {"aws": {"source": "aws", "version": ">= 5.100.0, < 7.0.0"}},
            "required_version": ">= 1.11.0",
        },
        "provider": {
            "aws": [{"region": naming.region, "allowed_account_ids": [naming.account_id]}]
        },
        **({"data": {"terraform_remote_state": lookups}} if lookups else {}),
        "resource": _resources(stack, naming),
        "output": {"place": {"value": f"${{{_PLACES[stack]}}}"}},
    }


_PLACES = {
    "security": "aws_sns_topic.alarms.arn",
    "dns": "aws_ssm_parameter.zone.name",
    "storage": "aws_s3_bucket.assets.bucket",
    "application": "aws_ssm_parameter.settings.name",
}


def _resources(stack: str, naming: Naming) -> dict[str, Any]:
    if stack == "security":
        topic = {"name": naming.name("alarms"), "display_name": "Alarms"}
        return {"aws_sns_topic": {"alarms": topic}, **_parameters(stack, naming, owner="us")}
    if stack == "dns":
        return _parameters(stack, naming, zone=_place("security"))
    if stack == "storage":
        bucket = {
            "bucket": naming.bucket("assets"),
            "force_destroy": True,
            "tags": {"Keeper": _place("security")},
        }
        return {"aws_s3_bucket": {"assets": bucket}}
    parameters = _parameters(stack, naming, settings=_place("storage"))
    password = {
        "name": naming.path("application/password"),
        "type": "SecureString",
        "value": SECRET,
        "tags": {"Alarms": _place("security")},
    }
    parameters["aws_ssm_parameter"]["password"] = password
    return parameters


def _parameters(stack: str, naming: Naming, **values: str) -> dict[str, Any]:
    parameters = {
        name: {"name": naming.path(f"{stack}/{name}"), "type": "String", "value": value}
        for name, value in values.items()
    }
    return {"aws_ssm_parameter": parameters}


def _place(upstream: str) -> str:
    return f"${{data.terraform_remote_state.{upstream}.outputs.place}}"
