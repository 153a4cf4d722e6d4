"""Finds Terraform, or OpenTofu in its place, checks its version, and runs it."""

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


@dataclass(frozen=True)
class Product:
    """A program that speaks Terraform's language: what it is called, and where it gets providers.

    `configurations` are its user's own, below the home directory.
    """

    name: str
    command: str
    minimum: Version
    registry: str
    page: str
    configurations: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """What to do where it is missing or too old."""
        major, minor, patch = self.minimum
        version = f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"
        return f"install {version} or newer from {self.page}"


TERRAFORM = Product(
    "Terraform",
    "terraform",
    (1, 11, 0),
    "registry.terraform.io",
    "https://developer.hashicorp.com/terraform/install",
    (".terraformrc",),
)
# Write-only attributes came with 1.11.0, which takes import blocks for faulty that have for_each.
# https://github.com/opentofu/opentofu/blob/v1.11/CHANGELOG.md
OPENTOFU = Product(
    "OpenTofu",
    "tofu",
    (1, 11, 1),
    "registry.opentofu.org",
    "https://opentofu.org/docs/intro/install/",
    (".tofurc", ".config/opentofu/tofurc", ".terraformrc"),
)
# The first that is on PATH, unless the user chooses.
PRODUCTS = (TERRAFORM, OPENTOFU)
CHOICE = "TERRACE_TERRAFORM"

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
# What hashicorp/setup-terraform and opentofu/setup-opentofu add to the name of the program that
# their wrapper, `terraform` or `tofu`, stands for.
_WRAPPED = "-bin"
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
    """A program of Terraform's kind, and the environment that it runs in."""

    program: str
    version: str
    environ: Mapping[str, str] = field(default_factory=_own_environment)
    product: Product = TERRAFORM

    @property
    def label(self) -> str:
        """Its version, and its name where it is not Terraform itself."""
        return self.version if self.product is TERRAFORM else f"{self.product.name} {self.version}"

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
    """The program that `TERRACE_TERRAFORM` names, else the first of Terraform and OpenTofu on PATH.

    Raises `UserError` when it is missing or too old.
    """
    found = _chosen(path)
    product = OPENTOFU if OPENTOFU.command in Path(found).resolve().name else TERRAFORM
    program = _unwrapped(found, product)
    version = _version(program)
    parsed = parse(version)
    if parsed is None or parsed < product.minimum:
        raise UserError(f"{product.name} {version} ({program}) is too old: {product.remedy}")
    return Terraform(program=program, version=version, product=product)


def _chosen(path: str | None) -> str:
    choice = os.environ.get(CHOICE, "")
    names = [choice] if choice else [each.command for each in PRODUCTS]
    for name in names:
        if found := shutil.which(name, path=path):
            # It runs in other folders than the user.
            return str(Path(found).absolute())
    if choice:
        raise UserError(
            f"{CHOICE}: received {choice!r}, which is not on PATH; "
            "name terraform, tofu, or the path of either"
        )
    raise UserError(f"Terraform is not installed, or not on PATH: {TERRAFORM.remedy}")


def _unwrapped(program: str, product: Product) -> str:
    """The program itself: a wrapper adds lines to what it prints, and has exit codes of its own.

    https://github.com/hashicorp/setup-terraform#inputs
    """
    return shutil.which(product.command + _WRAPPED, path=str(Path(program).parent)) or program


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
