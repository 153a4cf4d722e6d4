"""Shows findings to people, and to machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.checks.check import Finding


def answer(findings: Sequence[Finding], *, as_json: bool, console: Console) -> int:
    """Print the findings, and the exit code: 0, or 1 when one does not hold."""
    if as_json:
        print(json.dumps(to_json(findings), indent=2))
    else:
        show(findings, console)
    return 0 if all(finding.ok for finding in findings) else 1


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print a table, and what to do about failures and warnings below it."""
    plain = not console.is_terminal
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    table.add_column("tier", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("check", overflow="fold")
    table.add_column("found", overflow="fold")
    for finding in findings:
        table.add_row(finding.tier, _word(finding), escape(finding.what), escape(finding.detail))
    console.print(table)
    for finding in findings:
        if finding.remedy:
            line = f"{finding.tier}: {finding.what}: {finding.remedy}"
            console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(summary(findings), highlight=False, soft_wrap=True)


def _word(finding: Finding) -> str:
    if finding.warning:
        return "[yellow]warning[/]"
    return "[green]ok[/]" if finding.ok else "[red]failed[/]"


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
