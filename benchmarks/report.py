"""What `make bench` prints."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks import figures
from benchmarks.figures import Comparison, Size
from benchmarks.process import Run
from config import chosen


@dataclass(frozen=True)
class Report:
    """All that was measured."""

    comparison: Comparison
    phases: dict[str, float]
    sizes: Sequence[Size]

    def to_json(self) -> dict[str, Any]:
        """The medians as values that JSON can hold."""
        return {
            "levers": _summary(self.comparison.levers),
            "stock": _summary(self.comparison.stock),
            "times_faster": self.comparison.times_faster,
            "memory_share": self.comparison.memory_share,
            "identical": self.comparison.identical,
            "phases": self.phases,
            "sizes": [
                {"copies": size.copies, "resources": size.resources, **_summary(size.runs)}
                for size in self.sizes
            ],
            "ms_per_added_resource": [
                figures.per_added_resource(*pair) for pair in pairwise(self.sizes)
            ],
        }

    def print(self, console: Console) -> None:
        """Print one table per question."""
        console.print(self._levers(), self._outcome(), self._phases(), self._growth())

    def _levers(self) -> Table:
        table = _table(f"python main.py for {chosen()}", "", "median s", "from", "to", "peak MiB")
        for name, runs in (("levers", self.comparison.levers), ("stock", self.comparison.stock)):
            times = [run.seconds for run in runs]
            memory = figures.mebibytes(runs)
            row = (figures.seconds(runs), min(times), max(times))
            shown = "-" if memory is None else f"{memory:.0f}"
            table.add_row(name, *(f"{value:.2f}" for value in row), shown)
        return table

    def _outcome(self) -> str:
        share = self.comparison.memory_share
        memory = "" if share is None else f", {share:.0%} of the memory"
        same = "identical" if self.comparison.identical else "DIFFERENT"
        return f"  {self.comparison.times_faster:.1f} times faster{memory}, bytes {same}\n"

    def _phases(self) -> Table:
        table = _table("Where the time goes, one copy", "", "median ms", "share")
        total = sum(self.phases.values())
        for phase, spent in self.phases.items():
            table.add_row(phase, f"{spent * 1000:.0f}", f"{spent / total:.0%}")
        return table

    def _growth(self) -> Table:
        table = _table(
            "Copies of the platform in one app",
            "copies",
            "resources",
            "median s",
            "peak MiB",
            "ms per added resource",
        )
        for before, size in zip([None, *self.sizes], self.sizes, strict=False):
            memory = figures.mebibytes(size.runs)
            table.add_row(
                str(size.copies),
                str(size.resources),
                f"{figures.seconds(size.runs):.2f}",
                "-" if memory is None else f"{memory:.0f}",
                f"{figures.per_added_resource(before, size):.2f}" if before else "",
            )
        return table


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _summary(runs: Sequence[Run]) -> dict[str, Any]:
    return {
        "seconds": figures.seconds(runs),
        "peak_mib": figures.mebibytes(runs),
        "all_seconds": [run.seconds for run in runs],
    }
