"""Validates synthesized stacks with Terraform and the AWS provider, and reports what they say."""

import os
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation import WORKSPACE
from automation.errors import CommandError
from automation.terraform.program import Terraform, answer
from automation.terraform.providers import LOCK, install
from automation.terraform.stacks import Stack, Synthesis

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
USER_DATA_LIMIT = 16_384


@dataclass(frozen=True)
class ValidationResult:
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

    def each(self, stacks: Sequence[Stack], folder: str) -> Iterator[ValidationResult]:
        """Validate stacks side by side; verdicts come in the order of the stacks."""
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            yield from pool.map(lambda stack: self._validate(stack, folder), stacks)

    def _validate(self, stack: Stack, folder: str) -> ValidationResult:
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
        return ValidationResult(
            stack, time.perf_counter() - start, tuple(map(_complaint, diagnostics))
        )


def _complaint(diagnostic: dict[str, Any]) -> str:
    """A diagnostic in one line: the resource, what is wrong with it and why."""
    place = (diagnostic.get("snippet") or {}).get("context") or ""
    parts = (place, diagnostic["summary"], diagnostic.get("detail", ""))
    return ": ".join(" ".join(part.split()) for part in parts if part)


@dataclass(frozen=True)
class ValidationReport:
    """An environment's synthesis and what Terraform says of it."""

    synthesis: Synthesis
    verdicts: Sequence[ValidationResult]
    seconds: float

    @property
    def valid(self) -> bool:
        """Whether Terraform accepts every stack."""
        return all(verdict.valid for verdict in self.verdicts)

    def to_json(self) -> dict[str, Any]:
        """The report as values that JSON can hold; times are in seconds."""
        return {
            "environment": self.synthesis.environment,
            "output": str(self.synthesis.output),
            "valid": self.valid,
            "synthesis_seconds": round(self.synthesis.seconds, 3),
            "validation_seconds": round(self.seconds, 3),
            "stacks": [
                {
                    "name": verdict.stack.name,
                    "valid": verdict.valid,
                    "resources": verdict.stack.resources,
                    "data_sources": verdict.stack.data_sources,
                    "user_data_bytes": verdict.stack.user_data_bytes,
                    "seconds": round(verdict.seconds, 3),
                    "complaints": list(verdict.complaints),
                }
                for verdict in self.verdicts
            ],
        }

    def print(self, console: Console) -> None:
        """Print a table of stacks, the complaints and a line that sums it up."""
        console.print(self._table(plain=not console.is_terminal))
        for verdict in self.verdicts:
            for complaint in verdict.complaints:
                line = f"[red]{verdict.stack.name}[/]: {escape(complaint)}"
                console.print(line, soft_wrap=True)
            if size := verdict.stack.user_data_bytes:
                line = (
                    f"{verdict.stack.name}: user data takes {size:,} of {USER_DATA_LIMIT:,} bytes"
                )
                console.print(line, highlight=False, soft_wrap=True)
        faulty = [verdict.stack.name for verdict in self.verdicts if not verdict.valid]
        outcome = f"invalid: {', '.join(faulty)}" if faulty else "all valid"
        console.print(
            f"{self.synthesis.environment}: {len(self.verdicts)} stacks, "
            f"{sum(verdict.stack.resources for verdict in self.verdicts)} resources, "
            f"synthesized in {self.synthesis.seconds:.1f} s, "
            f"validated in {self.seconds:.1f} s: {outcome}",
            highlight=False,
            soft_wrap=True,
        )

    def _table(self, *, plain: bool) -> Table:
        table = Table(box=None if plain else ROUNDED)
        table.add_column("stack")
        for column in ("resources", "data sources", "seconds"):
            table.add_column(column, justify="right")
        table.add_column("verdict")
        for verdict in self.verdicts:
            stack = verdict.stack
            counts = (str(stack.resources), str(stack.data_sources), f"{verdict.seconds:.1f}")
            word = "[green]valid[/]" if verdict.valid else "[red]invalid[/]"
            table.add_row(stack.name, *counts, word)
        return table
