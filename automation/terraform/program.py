"""Finds Terraform, checks its version, and runs it."""

import json
import operator
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from automation import PROJECT, WORKSPACE
from automation.errors import UserError

Version = tuple[int, int, int]

_COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


def parse(text: str) -> Version | None:
    """The version that a text starts with, such as 1.11.4; None where there is none."""
    found = re.match(r"v?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        return None
    major, minor, patch = found.groups(default="0")
    return int(major), int(minor), int(patch)


def within(version: Version, constraint: str) -> bool:
    """Whether a version lies in a range such as ">= 5.100.0, < 7.0.0"."""
    return all(_meets(version, part.strip()) for part in constraint.split(","))


def _meets(version: Version, part: str) -> bool:
    found = re.fullmatch(r"(>=|<=|!=|>|<|=)?\s*(\S+)", part)
    bound = parse(found[2]) if found else None
    if found is None or bound is None:
        raise ValueError(f'"{part}" is no version constraint that is used here')
    return bool(_COMPARISONS[found[1] or "="](version, bound))


MINIMUM: Version = (1, 11, 0)
_REMEDY = "install 1.11 or newer from https://developer.hashicorp.com/terraform/install"

# Where providers come from, and what is logged. All other variables of the user's would have
# Terraform work on something else, somewhere else or by other options than ours.
# https://developer.hashicorp.com/terraform/cli/config/environment-variables
_KEPT = (
    "TF_APPEND_USER_AGENT",
    "TF_CLI_CONFIG_FILE",
    "TF_LOG",
    "TF_PLUGIN_CACHE_DIR",
    "TF_PROVIDER_DOWNLOAD_RETRY",
    "TF_REGISTRY_",
    "TF_TOKEN_",
)
_PATHS = ("TF_CLI_CONFIG_FILE", "TF_LOG_PATH", "TF_PLUGIN_CACHE_DIR")
# What hashicorp/setup-terraform calls the program that its wrapper, `terraform`, stands for.
_WRAPPED = "terraform-bin"
_FRAME = str.maketrans("╷│╵", "   ")


def without_user_overrides(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without the user's own choices for Terraform, and with what is kept of them.

    Terraform runs in other folders than the user, so paths become absolute. A log that goes to no
    file would be amid what Terraform answers, so it goes to one.
    """
    kept = {
        name: str(Path(value).absolute()) if name in _PATHS and value else value
        for name, value in environ.items()
        if not name.startswith("TF_") or name.startswith(_KEPT)
    }
    if any(name.startswith("TF_LOG") for name in kept):
        kept.setdefault("TF_LOG_PATH", str(WORKSPACE / "terraform.log"))
    return kept


def _own_environment() -> dict[str, str]:
    return without_user_overrides(os.environ)


@dataclass(frozen=True)
class Terraform:
    """A Terraform program and the environment that it runs in."""

    program: str
    version: str
    environ: Mapping[str, str] = field(default_factory=_own_environment)

    def run(self, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a command in a folder, without questions, colours or a look for newer versions."""
        return subprocess.run(  # noqa: S603
            [self.program, *arguments],
            cwd=folder,
            env={**self.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def find(path: str | None = None) -> Terraform:
    """The Terraform on the search path; raises `UserError` when it is missing or too old."""
    found = shutil.which("terraform", path=path)
    if found is None:
        raise UserError(f"Terraform is not installed, or not on PATH: {_REMEDY}")
    program = _unwrapped(found)
    version = _version(program)
    parsed = parse(version)
    if parsed is None or parsed < MINIMUM:
        raise UserError(f"Terraform {version} ({program}) is too old: {_REMEDY}")
    return Terraform(program=program, version=version)


def _unwrapped(program: str) -> str:
    """The program itself: a wrapper adds lines to what it prints, and has exit codes of its own.

    https://github.com/hashicorp/setup-terraform#inputs
    """
    return shutil.which(_WRAPPED, path=str(Path(program).parent)) or program


def in_a_line(complaint: str) -> str:
    """What Terraform complains of, without the frame that it draws around it."""
    return " ".join(complaint.translate(_FRAME).split())


def answer(text: str) -> Any:
    """The JSON that Terraform answers; what stands around it is a wrapper's.

    Raises `ValueError` where there is none.
    """
    value, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    return value


def _version(program: str) -> str:
    said = Terraform(program=program, version="").run("version", "-json", folder=PROJECT)
    try:
        return str(answer(said.stdout)["terraform_version"])
    except (ValueError, KeyError):
        return "of an unknown version"
