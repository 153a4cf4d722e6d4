"""Synthesize an environment in a process of its own, and read what came out."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from automation.errors import CommandError, UserError
from automation.surroundings import for_python

PROJECT = Path(__file__).parent.parent
OUTPUT = PROJECT / "cdktf.out"
# All else that is made here.
WORKSPACE = PROJECT / ".terrace"
# A reference to an output of another stack: the look-up of its state, and the output.
OUTPUT_REFERENCE = re.compile(r"\bdata\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")


@dataclass(frozen=True)
class Stack:
    """A synthesized stack."""

    name: str
    file: Path

    @cached_property
    def content(self) -> dict[str, Any]:
        """Its Terraform JSON."""
        content: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
        return content

    @property
    def resources(self) -> int:
        """How many resources it declares."""
        return sum(len(each) for each in self.content.get("resource", {}).values())

    @property
    def data_sources(self) -> int:
        """How many data sources it declares, other stacks' states included."""
        return sum(len(each) for each in self.content.get("data", {}).values())

    @property
    def required_providers(self) -> dict[str, dict[str, str]]:
        """Source and version of every provider that it needs."""
        required: dict[str, dict[str, str]] = self.content["terraform"]["required_providers"]
        return required


@dataclass(frozen=True)
class Synthesis:
    """All stacks of an environment."""

    environment: str
    output: Path
    stacks: tuple[Stack, ...]
    seconds: float


def synthesize(
    environment: str,
    output: Path = OUTPUT,
    *,
    release: str | None = None,
    project: Path = PROJECT,
) -> Synthesis:
    """Run `main.py` for an environment; raises `UserError` with every fault of its settings.

    `release` is the SHA-256 of a published one, in place of the application's directory; `project`
    may be another version of this one.
    """
    start = time.perf_counter()
    environ = {"APP_ENV": environment, "CDKTF_OUTDIR": str(output.resolve())}
    if release is not None:
        environ["APP_RELEASE"] = release
    output.parent.mkdir(parents=True, exist_ok=True)
    finished = subprocess.run(
        [sys.executable, "main.py"],
        cwd=project,
        env={**for_python(), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if finished.returncode == 2:
        raise UserError(finished.stderr.strip())
    if finished.returncode != 0:
        raise CommandError(f"main.py failed for {environment}:\n{finished.stderr.strip()}")
    return Synthesis(environment, output, read(output), seconds)


def read(output: Path) -> tuple[Stack, ...]:
    """The stacks that the manifest of an output folder names, in alphabetical order."""
    manifest = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
    return tuple(
        Stack(name=stack["name"], file=output / stack["synthesizedStackPath"])
        for stack in manifest["stacks"].values()
    )


def key_of(stack: Stack) -> str:
    """Where a stack's state is."""
    return str(stack.content["terraform"]["backend"]["s3"]["key"])


def references(stack: Stack) -> Mapping[str, frozenset[str]]:
    """The outputs that a stack reads, by the key of the state that has them."""
    lookups = stack.content.get("data", {}).get("terraform_remote_state", {})
    found: dict[str, set[str]] = {name: set() for name in lookups}
    for name, output in OUTPUT_REFERENCE.findall(json.dumps(stack.content)):
        if name in found:
            found[name].add(output)
    return {lookups[name]["config"]["key"]: frozenset(outputs) for name, outputs in found.items()}
