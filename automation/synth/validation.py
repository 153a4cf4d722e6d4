"""Have the real Terraform and provider validate synthesized stacks, which stay untouched."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from automation.errors import CommandError
from automation.installation import LOCK, install
from automation.synthesis import WORKSPACE, Stack
from automation.terraform import Terraform, answer


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
        installation = install(terraform, stacks, self._workspace)
        self._lock = installation.lock_without_hashes
        # Shared, so that the provider is there once and not once per stack.
        data = str(installation.folder.parent)
        environ = {**installation.environ, "TF_DATA_DIR": data}
        self._terraform = replace(terraform, environ=environ)

    def each(self, stacks: Sequence[Stack], folder: str) -> Iterator[Verdict]:
        """Validate stacks side by side; verdicts come in the order of the stacks."""
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            yield from pool.map(lambda stack: self._validate(stack, folder), stacks)

    def _validate(self, stack: Stack, folder: str) -> Verdict:
        start = time.perf_counter()
        place = self._workspace / "validate" / folder / stack.name
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stack.file, place / stack.file.name)
        (place / LOCK).write_text(self._lock, encoding="utf-8")
        finished = self._terraform.run("validate", "-json", folder=place)
        try:
            diagnostics = answer(finished.stdout)["diagnostics"]
        except (ValueError, KeyError):
            complaint = f"terraform validate failed for {stack.name}:\n{finished.stderr.strip()}"
            raise CommandError(complaint) from None
        return Verdict(stack, time.perf_counter() - start, tuple(map(_complaint, diagnostics)))


def _complaint(diagnostic: dict[str, Any]) -> str:
    """A diagnostic in one line: the resource, what is wrong with it and why."""
    place = (diagnostic.get("snippet") or {}).get("context") or ""
    parts = (place, diagnostic["summary"], diagnostic.get("detail", ""))
    return ": ".join(" ".join(part.split()) for part in parts if part)
