"""Shows findings to people, and to machines."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.checks.finding import Finding


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print a table, and what to do about each failure below it."""
    plain = not console.is_terminal
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    table.add_column("tier", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("check", overflow="fold")
    table.add_column("found", overflow="fold")
    for finding in findings:
        word = "[green]ok[/]" if finding.ok else "[red]failed[/]"
        table.add_row(finding.tier, word, escape(finding.what), escape(finding.detail))
    console.print(table)
    for finding in findings:
        if not finding.ok and finding.remedy:
            line = f"{finding.tier}: {finding.what}: {finding.remedy}"
            console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(summary(findings), highlight=False, soft_wrap=True)


def summary(findings: Sequence[Finding]) -> str:
    """How many hold, in a line."""
    held = sum(finding.ok for finding in findings)
    return f"{held} of {len(findings)} checks hold"


def to_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ok": all(finding.ok for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }
