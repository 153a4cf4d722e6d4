"""What `validate` prints: a table for people, JSON for machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.synthesis import Synthesis
from automation.validation import Verdict


@dataclass(frozen=True)
class Report:
    """An environment's synthesis and what Terraform says of it."""

    synthesis: Synthesis
    verdicts: Sequence[Verdict]
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
