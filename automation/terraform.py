"""Find Terraform, and run it."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from automation import versions
from automation.errors import UserError
from automation.versions import Version

MINIMUM: Version = (1, 11, 0)
_REMEDY = "install 1.11 or newer from https://developer.hashicorp.com/terraform/install"

# They would have it work on something else, or somewhere else.
# https://developer.hashicorp.com/terraform/cli/config/environment-variables
_CHOICES = ("TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_VAR_", "TF_PLUGIN_CACHE_DIR")


@dataclass(frozen=True)
class Terraform:
    """A Terraform program and the environment that it runs in."""

    program: str
    version: str
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

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
    program = shutil.which("terraform", path=path)
    if program is None:
        raise UserError(f"Terraform is not installed, or not on PATH: {_REMEDY}")
    version = _version(program)
    parsed = versions.parse(version)
    if parsed is None or parsed < MINIMUM:
        raise UserError(f"Terraform {version} ({program}) is too old: {_REMEDY}")
    return Terraform(program=program, version=version)


def without_choices(environ: Mapping[str, str]) -> dict[str, str]:
    """An environment without the user's own choices for Terraform."""
    return {name: value for name, value in environ.items() if not name.startswith(_CHOICES)}


def _version(program: str) -> str:
    answer = Terraform(program=program, version="").run("version", "-json", folder=Path.cwd())
    try:
        return str(json.loads(answer.stdout)["terraform_version"])
    except (ValueError, KeyError):
        return "of an unknown version"
