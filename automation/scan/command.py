"""`scan`: runs the scanners over every environment, and tells what fails without an exemption."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import typer
from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation import sarif
from automation import scan as scanners
from automation.command import CONSOLE, PROGRESS, Json, Sarif, every_environment, run, settings_of
from automation.scan import exceptions
from automation.scan.document import merge
from automation.scan.exceptions import Exemption, Unused, Violation
from automation.terraform.stacks import read, synthesize
from config import Settings


@dataclass(frozen=True, kw_only=True)
class ScanReport:
    """`failures` are those that nobody has reviewed; `found` counts the others, too."""

    environments: tuple[str, ...]
    failures: tuple[Violation, ...]
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


def show(report: ScanReport, console: Console) -> None:
    """Print failures and what is not used, if there are any, and a line that sums it up."""
    if report.failures:
        console.print(_table(report, plain=not console.is_terminal))
    for line in (*(str(each) for each in report.unused), *report.orphans):
        console.print(escape(line), highlight=False, soft_wrap=True)
    console.print(report.summary, highlight=False, soft_wrap=True)


def to_json(report: ScanReport) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ok": report.ok,
        "environments": list(report.environments),
        "failures": [asdict(failure) for failure in report.failures],
        "unused": [*(str(each) for each in report.unused), *report.orphans],
        "exempted": report.found - len(report.failures),
    }


def _table(report: ScanReport, *, plain: bool) -> Table:
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    for column in ("environment", "check", "resource", "says"):
        table.add_column(column, overflow="fold")
    for each in report.failures:
        cells = (each.environment, each.check, each.resource, each.says)
        table.add_row(*(escape(cell) for cell in cells))
    return table


def run_scan(
    *, as_json: bool, console: Console, progress: Console, sarif_file: Path | None = None
) -> int:
    """The exit code: 0, or 1 when a check fails that must not, or an exemption is not used.

    All environments are looked at: an exemption may be for one of them only.
    """
    tell = partial(_tell, as_json=as_json, console=console)
    return run(lambda: tell(_scan(progress, sarif_file)), progress=progress)


def _scan(progress: Console, sarif_file: Path | None) -> ScanReport:
    scanners.check_installed()
    names = every_environment()
    settings = {name: settings_of(name) for name in names}
    looking = progress.status(f"Synthesizing {', '.join(names)}")
    with tempfile.TemporaryDirectory(prefix="terrace-") as folder, looking:
        # Recording where constructs are made takes time: it is done for who asks for it.
        lists = {name: Path(folder) / f"{name}.json" for name in names if sarif_file}
        made = (
            partial(synthesize, constructs=lists[name]) if name in lists else synthesize
            for name in names
        )
        outputs = {
            name: make(name, Path(folder) / name).output
            for name, make in zip(names, made, strict=True)
        }
        looking.update(f"Scanning {', '.join(names)}: half a minute")
        own, users = exceptions.load(exceptions.OWN), exceptions.load()
        result = examine(outputs, settings, own=own, users=users)
        places = {name: sarif.places(file) for name, file in lists.items()}
    if sarif_file is not None:
        sarif.write(sarif_file, "scan", findings(result, places))
    return result


def findings(
    report: ScanReport, places: Mapping[str, Mapping[str, sarif.SourceLine]]
) -> Iterator[sarif.Alert]:
    """What fails and is not exempted, each where its construct is made."""
    for each in report.failures:
        settings = sarif.SourceLine(f"environments/{each.environment}.toml")
        yield sarif.Alert(
            rule=each.check,
            level=sarif.Level.ERROR,
            message=f"{each.environment}: {each.resource}: {each.says}",
            resource=f"{each.environment}/{each.resource}",
            place=places.get(each.environment, {}).get(each.resource, settings),
        )


def _tell(result: ScanReport, *, as_json: bool, console: Console) -> int:
    if as_json:
        print(json.dumps(to_json(result), indent=2))
    else:
        show(result, console)
    return 0 if result.ok else 1


def examine(
    outputs: Mapping[str, Path],
    settings: Mapping[str, Settings],
    *,
    own: Sequence[Exemption] = (),
    users: Sequence[Exemption] = (),
) -> ScanReport:
    """What the scanners have against synthesized environments, apart from what was reviewed.

    Terrace's own exemptions need not be used: which of them are depends on the settings.
    """
    needed = exceptions.applied(users, settings)
    reviewed = (*exceptions.applied(own, settings), *needed)
    documents = [merge(name, read(output)) for name, output in outputs.items()]
    findings = [*scanners.checkov(documents), *scanners.lint(documents)]
    return ScanReport(
        environments=tuple(outputs),
        failures=tuple(
            sorted(
                finding
                for finding in findings
                if not any(each.explains(finding) for each in reviewed)
            )
        ),
        unused=tuple(exceptions.unused(needed, documents, findings)),
        orphans=tuple(exceptions.orphans(users, outputs)),
        found=len(findings),
    )


def scan(as_json: Json = False, sarif_file: Sarif = None) -> None:
    """Have checkov and parliament look at every environment as it is synthesized."""
    code = run_scan(as_json=as_json, console=CONSOLE, progress=PROGRESS, sarif_file=sarif_file)
    raise typer.Exit(code)
