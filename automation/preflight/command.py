"""`preflight`, apart from how it is typed."""

from rich.console import Console

from automation.aws import connect
from automation.checks import report
from automation.commands import settings_of
from automation.errors import INTERRUPTED
from automation.preflight.preflight import examine


def preflight(environment: str, *, as_json: bool, console: Console, progress: Console) -> int:
    """The exit code: 0, or 1 when something would keep the environment from being deployed.

    Raises `UserError` for settings with faults, and for credentials that are none of the account.
    """
    settings = settings_of(environment)
    try:
        session = connect(settings)
        with progress.status(f"Looking at what {environment} needs"):
            findings = list(examine(session, settings))
    except KeyboardInterrupt:
        progress.print("interrupted: nothing was changed")
        return INTERRUPTED
    return report.answer(findings, as_json=as_json, console=console)
