"""`plan` and `deploy`, as they are typed."""

from pathlib import Path
from typing import Annotated

import typer

from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, Tiers, Yes
from automation.deploy import DeployCommand, DeployRequest, PlanCommand


def plan(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = DEFAULT,
    out: Annotated[
        Path | None, typer.Option("--out", help="a folder that keeps the plans, for deploy --plans")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what `deploy` would do."""
    request = DeployRequest(environment=env, tiers=tuple(tiers), out=out, as_json=as_json)
    raise typer.Exit(PlanCommand(request, console=CONSOLE, progress=PROGRESS).run())


def deploy(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = DEFAULT,
    yes: Yes = False,
    plans: Annotated[
        Path | None, typer.Option("--plans", help="apply what plan --out kept, and nothing else")
    ] = None,
    unlock: Annotated[
        str | None, typer.Option("--unlock", help="take away the lock that a dead run left on it")
    ] = None,
    as_json: Json = False,
) -> None:
    """Plan every stack, show the changes, and apply them after those that they read from."""
    request = DeployRequest(
        environment=env, tiers=tuple(tiers), yes=yes, plans=plans, unlock=unlock, as_json=as_json
    )
    raise typer.Exit(DeployCommand(request, console=CONSOLE, progress=PROGRESS).run())
