"""Shows what the scanners found to people, and to machines."""

from dataclasses import asdict, dataclass
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.scan.exceptions import Unused
from automation.scan.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Report:
    """`failures` are those that nobody has reviewed; `found` counts the others, too."""

    environments: tuple[str, ...]
    failures: tuple[Finding, ...]
    unused: tuple[Unused, ...]
    found: int
    orphans: tuple[str, ...] = ()
    """What to do about exemptions for environments that are not there."""

    @property
    def ok(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.failures and not self.unused and not self.orphans

    @property
    def summary(self) -> str:
        """The outcome in a line."""
        exempt = self.found - len(self.failures)
        return (
            f"{', '.join(self.environments)}: {len(self.failures)} failed checks, "
            f"{exempt} exempted with a reason, {len(self.unused)} exemptions not used"
        )


def show(report: Report, console: Console) -> None:
    """Print failures and what is not used, if there are any, and a line that sums it up."""
    if report.failures:
        console.print(_table(report, plain=not console.is_terminal))
    for line in (*(str(each) for each in report.unused), *report.orphans):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(report.summary, highlight=False, soft_wrap=True)


def to_json(report: Report) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ok": report.ok,
        "environments": list(report.environments),
        "failures": [asdict(failure) for failure in report.failures],
        "unused": [*(str(each) for each in report.unused), *report.orphans],
        "exempted": report.found - len(report.failures),
    }


def _table(report: Report, *, plain: bool) -> Table:
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    for column in ("environment", "check", "resource", "says"):
        table.add_column(column, overflow="fold")
    for each in report.failures:
        cells = (each.environment, each.check, each.resource, each.says)
        table.add_row(*(escape(cell) for cell in cells))
    return table
