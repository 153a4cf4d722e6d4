"""`scan`, apart from how it is typed."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from automation.commands import every_environment, settings_of
from automation.errors import INTERRUPTED
from automation.scan import exceptions, report, scanners
from automation.scan.document import merge
from automation.scan.exceptions import Exemption
from automation.scan.report import Report
from automation.synthesis import read, synthesize
from config import Settings


def scan(*, as_json: bool, console: Console, progress: Console) -> int:
    """The exit code: 0, or 1 when a check fails that must not, or an exemption is not used.

    All environments are looked at: an exemption may be for one of them only.
    """
    try:
        scanners.check_installed()
        names = every_environment()
        settings = {name: settings_of(name) for name in names}
        looking = progress.status(f"Synthesizing {', '.join(names)}")
        with tempfile.TemporaryDirectory(prefix="terrace-") as folder, looking:
            outputs = {name: synthesize(name, Path(folder) / name).output for name in names}
            looking.update(f"Scanning {', '.join(names)}: half a minute")
            own, users = exceptions.load(exceptions.OWN), exceptions.load()
            result = examine(outputs, settings, own=own, users=users)
    except KeyboardInterrupt:
        progress.print("interrupted: nothing was changed")
        return INTERRUPTED
    if as_json:
        print(json.dumps(report.to_json(result), indent=2))
    else:
        report.show(result, console)
    return 0 if result.ok else 1


def examine(
    outputs: Mapping[str, Path],
    settings: Mapping[str, Settings],
    *,
    own: Sequence[Exemption] = (),
    users: Sequence[Exemption] = (),
) -> Report:
    """What the scanners have against synthesized environments, apart from what was reviewed.

    Terrace's own exemptions need not be used: which of them are depends on the settings.
    """
    needed = exceptions.applied(users, settings)
    reviewed = (*exceptions.applied(own, settings), *needed)
    documents = [merge(name, read(output)) for name, output in outputs.items()]
    findings = [*scanners.checkov(documents), *scanners.lint(documents)]
    return Report(
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
