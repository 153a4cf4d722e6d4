"""Have the real Terraform and provider validate synthesized stacks, which stay untouched."""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automation import providers
from automation.errors import CommandError
from automation.synthesis import PROJECT, Stack
from automation.terraform import Terraform

WORKSPACE = PROJECT / ".terrace"
_LOCK = ".terraform.lock.hcl"


@dataclass(frozen=True)
class Verdict:
    """What Terraform says of a stack; valid when it has no complaint."""

    stack: Stack
    seconds: float
    complaints: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether Terraform accepts the stack."""
        return not self.complaints


class Validator:
    """Terraform with its providers installed once, for any number of stacks."""

    def __init__(
        self, terraform: Terraform, stacks: Sequence[Stack], workspace: Path = WORKSPACE
    ) -> None:
        self._workspace = workspace.resolve()
        self._required = {
            name: provider
            for stack in stacks
            for name, provider in stack.required_providers.items()
        }
        environ = providers.environment(
            self._workspace,
            constraint=self._required["aws"]["version"],
            environ=terraform.environ,
        )
        # Shared, so that the provider is there once and not once per stack.
        environ["TF_DATA_DIR"] = str(self._workspace / "providers" / "data")
        self._terraform = replace(terraform, environ=environ)
        self._lock = self._install()

    def each(self, stacks: Sequence[Stack], folder: str) -> Iterator[Verdict]:
        """Validate stacks side by side; verdicts come in the order of the stacks."""
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            yield from pool.map(lambda stack: self._validate(stack, folder), stacks)

    def _install(self) -> str:
        """Install the providers and return a lock file for the stacks."""
        folder = self._workspace / "providers"
        complaint = self._init(folder)
        if complaint and (folder / _LOCK).exists():
            # An earlier run may have locked a version that is no longer to be had.
            shutil.rmtree(folder)
            complaint = self._init(folder)
        if complaint:
            raise CommandError(f"Terraform could not install the providers:\n{complaint}")
        # The hashes have just been checked; without them Terraform does not hash 700 MB per stack.
        lock = (folder / _LOCK).read_text(encoding="utf-8")
        return re.sub(r"\n *hashes = \[.*?\]", "", lock, flags=re.DOTALL)

    def _init(self, folder: Path) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        root = {"terraform": {"required_providers": self._required}}
        (folder / "main.tf.json").write_text(json.dumps(root), encoding="utf-8")
        finished = self._terraform.run("init", "-no-color", "-input=false", folder=folder)
        return finished.stderr.strip() if finished.returncode else ""

    def _validate(self, stack: Stack, folder: str) -> Verdict:
        start = time.perf_counter()
        place = self._workspace / "validate" / folder / stack.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stack.file, place / stack.file.name)
        (place / _LOCK).write_text(self._lock, encoding="utf-8")
        finished = self._terraform.run("validate", "-json", folder=place)
        try:
            diagnostics = json.loads(finished.stdout)["diagnostics"]
        except (ValueError, KeyError):
            complaint = f"terraform validate failed for {stack.name}:\n{finished.stderr.strip()}"
            raise CommandError(complaint) from None
        return Verdict(stack, time.perf_counter() - start, tuple(map(_complaint, diagnostics)))


def _complaint(diagnostic: dict[str, Any]) -> str:
    """A diagnostic in one line: the resource, what is wrong with it and why."""
    place = (diagnostic.get("snippet") or {}).get("context") or ""
    parts = (place, diagnostic["summary"], diagnostic.get("detail", ""))
    return ": ".join(" ".join(part.split()) for part in parts if part)
