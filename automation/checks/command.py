"""`verify` and `preflight`: checks of a live account, after a deployment and before it."""

from functools import partial
from typing import Annotated

import typer
from rich.console import Console

from automation import checks
from automation.aws import connect
from automation.checks.health import verify as findings_of
from automation.checks.health.edge import Visit
from automation.checks.health.edge import visit as ask_for_page
from automation.checks.preflight import examine
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, run, settings_of
from automation.terraform.stacks import Synthesize, outline, stacks_of


def run_verify(
    environment: str,
    *,
    in_full: bool,
    as_json: bool,
    console: Console,
    progress: Console,
    wait: int = 0,
    synthesize: Synthesize = outline,
    visit: Visit = ask_for_page,
) -> int:
    """The exit code: 0, or 1 when the live environment is not as it should be.

    Raises `UserError` for settings with faults, and for credentials that are none of the account.
    """
    settings = settings_of(environment)

    def work() -> int:
        session = connect(settings)
        with progress.status(f"Synthesizing {environment}"):
            stacks = stacks_of(environment, synthesize)

        def look() -> list[checks.Finding]:
            return list(findings_of(session, settings, stacks, visit=visit, in_full=in_full))

        tell = partial(progress.print, markup=False, highlight=False, soft_wrap=True)
        with progress.status(f"Looking at {environment}"):
            findings = checks.settled(look, seconds=wait, tell=tell)
        return checks.answer(findings, as_json=as_json, console=console)

    return run(work, progress=progress)


def run_preflight(environment: str, *, as_json: bool, console: Console, progress: Console) -> int:
    """The exit code: 0, or 1 when something would keep the environment from being deployed.

    Raises `UserError` for settings with faults, and for credentials that are none of the account.
    """
    settings = settings_of(environment)

    def work() -> int:
        session = connect(settings)
        with progress.status(f"Looking at what {environment} needs"):
            findings = list(examine(session, settings))
        return checks.answer(findings, as_json=as_json, console=console)

    return run(work, progress=progress)


def preflight(env: Environment = DEFAULT, as_json: Json = False) -> None:
    """Say what would keep an environment from being deployed, before anything is changed."""
    raise typer.Exit(run_preflight(env, as_json=as_json, console=CONSOLE, progress=PROGRESS))


def verify(
    *,
    env: Environment = DEFAULT,
    in_full: Annotated[
        bool,
        typer.Option("--all", help="every claim about the configuration, not a line for each tier"),
    ] = False,
    wait: Annotated[
        int,
        typer.Option("--wait", min=0, help="seconds to wait for what AWS is still at"),
    ] = 0,
    as_json: Json = False,
) -> None:
    """Say whether a deployed environment works, and is as configured."""
    code = run_verify(
        env, in_full=in_full, as_json=as_json, console=CONSOLE, progress=PROGRESS, wait=wait
    )
    raise typer.Exit(code)
