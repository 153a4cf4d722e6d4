"""What `make bench` prints."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.aws_cdk import Made
from benchmarks.figures import Growth, Promise, Size
from config import chosen


@dataclass(frozen=True)
class Report:
    """All that was measured; Terrace is the first of those who grow."""

    growths: Sequence[Growth]
    promises: Sequence[Promise]
    phases: dict[str, float]
    made: Made
    identical: bool

    @property
    def kept(self) -> bool:
        """Whether every promise is, and the levers change nothing."""
        return self.identical and all(each.kept for each in self.promises)

    def to_json(self) -> dict[str, Any]:
        """The medians as values that JSON can hold."""
        return {
            "environment": chosen(),
            "contenders": {
                each.name: {
                    "sizes": [_size(size) for size in each.sizes],
                    "ms_per_added_resource": each.ms_per_added_resource,
                    "times_terrace": each.times(self.growths[0]),
                }
                for each in self.growths
            },
            "promises": [{**asdict(each), "kept": each.kept} for each in self.promises],
            "identical": self.identical,
            "aws_cdk": asdict(self.made),
            "phases": self.phases,
        }

    def print(self, console: Console) -> None:
        """Print tables of who takes how long, and one of where the time goes."""
        console.print(self._processor(), self._clock())
        console.print(*self._outcome(), sep="\n", highlight=False)
        console.print(self._phases())

    def _processor(self) -> Table:
        table = _table(
            f"Copies of {chosen()} in one app: CPU seconds",
            "",
            "resources",
            *self._copies(),
            "ms per added one",
            "times Terrace",
        )
        for each in self.growths:
            table.add_row(
                each.name,
                str(each.sizes[0].resources),
                *(f"{size.cpu_seconds:.2f}" for size in each.sizes),
                f"{each.ms_per_added_resource:.2f}",
                f"{each.times(self.growths[0]):.2f}",
            )
        return table

    def _clock(self) -> Table:
        table = _table("Seconds that passed", "", *self._copies(), "peak MiB x1")
        for each in self.growths:
            peak = each.sizes[0].peak_mib
            table.add_row(
                each.name,
                *(f"{size.seconds:.2f}" for size in each.sizes),
                "-" if peak is None else f"{peak:.0f}",
            )
        return table

    def _copies(self) -> list[str]:
        return [f"x{size.copies}" for size in self.growths[0].sizes]

    def _outcome(self) -> list[str]:
        made, total = self.made, self.growths[0].sizes[0].resources
        left_out = ", ".join(f"{count} {type_}" for type_, count in made.left_out.items())
        same = "identical" if self.identical else "DIFFERENT"
        return [
            *(f"  {_promise(each)}" for each in self.promises),
            f"  bytes with and without the levers: {same}",
            f"  the AWS CDK has {made.resources} of {total} resources, with {made.properties} "
            f"values for their {made.arguments}; no resource of its own: {left_out or 'none'}\n",
        ]

    def _phases(self) -> Table:
        table = _table("Where Terrace's time goes, one copy", "", "median ms", "share")
        total = sum(self.phases.values())
        for phase, spent in self.phases.items():
            table.add_row(phase, f"{spent * 1000:.0f}", f"{spent / total:.0%}")
        return table


def _promise(each: Promise) -> str:
    limit = f"at most {each.most:g}" if each.least is None else f"at least {each.least:g}"
    return f"{each.text} {each.found:.2f} ({limit}){'' if each.kept else ' MISSED'}"


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column(first)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _size(size: Size) -> dict[str, Any]:
    return {
        "copies": size.copies,
        "resources": size.resources,
        "cpu_seconds": size.cpu_seconds,
        "seconds": size.seconds,
        "peak_mib": size.peak_mib,
        "all": [{"cpu_seconds": run.cpu_seconds, "seconds": run.seconds} for run in size.runs],
    }
