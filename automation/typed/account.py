"""Commands that work on an AWS account."""

from pathlib import Path
from typing import Annotated

import typer

from automation.options import CONSOLE, DEFAULT, PROGRESS, Environment, Json, Tiers, Yes


def bootstrap(
    *,
    env: Environment = DEFAULT,
    yes: Yes = False,
    status: Annotated[
        bool, typer.Option("--status", help="say how the stack is, change nothing")
    ] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="delete the stack; bucket and key are retained")
    ] = False,
    github: Annotated[
        str | None,
        typer.Option(help="owner/name: roles for its workflows; none: take them away"),
    ] = None,
    branch: Annotated[
        list[str], typer.Option(help="may deploy, may be given again; default main")
    ] = [],  # noqa: B006
    github_environment: Annotated[
        list[str], typer.Option(help="GitHub environment that may deploy, may be given again")
    ] = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Make the bucket that holds Terraform's states, or bring it up to date."""
    from automation.bootstrap.command import (
        BootstrapCommand,  # noqa: PLC0415
        BootstrapRequest,  # noqa: PLC0415
    )

    request = BootstrapRequest(
        environment=env,
        yes=yes,
        status=status,
        delete=delete,
        as_json=as_json,
        github=github,
        branches=tuple(branch),
        github_environments=tuple(github_environment),
    )
    raise typer.Exit(BootstrapCommand(request, console=CONSOLE, progress=PROGRESS).run())


def preflight(env: Environment = DEFAULT, as_json: Json = False) -> None:
    """Say what would keep an environment from being deployed, before anything is changed."""
    from automation.checks.command import preflight as run  # noqa: PLC0415

    raise typer.Exit(run(env, as_json=as_json, console=CONSOLE, progress=PROGRESS))


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
    from automation.deploy.command import (
        DeployRequest,  # noqa: PLC0415
        PlanCommand,  # noqa: PLC0415
    )

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
    from automation.deploy.command import (
        DeployCommand,  # noqa: PLC0415
        DeployRequest,  # noqa: PLC0415
    )

    request = DeployRequest(
        environment=env, tiers=tuple(tiers), yes=yes, plans=plans, unlock=unlock, as_json=as_json
    )
    raise typer.Exit(DeployCommand(request, console=CONSOLE, progress=PROGRESS).run())


def release(*, env: Environment = DEFAULT, yes: Yes = False, as_json: Json = False) -> None:
    """Publish the application as it is here, and have it replace what runs."""
    from automation.release.command import (
        ReleaseCommand,  # noqa: PLC0415
        ReleaseRequest,  # noqa: PLC0415
    )

    request = ReleaseRequest(environment=env, yes=yes, as_json=as_json)
    raise typer.Exit(ReleaseCommand(request, console=CONSOLE, progress=PROGRESS).run())


def rollback(
    *,
    env: Environment = DEFAULT,
    to: Annotated[
        str | None, typer.Option("--to", help="how its SHA-256 begins; else the one before")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have an earlier release of the application replace what runs."""
    from automation.release.command import (
        ReleaseRequest,  # noqa: PLC0415
        RollbackCommand,  # noqa: PLC0415
    )

    request = ReleaseRequest(environment=env, to=to, yes=yes, as_json=as_json)
    raise typer.Exit(RollbackCommand(request, console=CONSOLE, progress=PROGRESS).run())


def destroy(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = DEFAULT,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", help="the environment's prefix, instead of typing it"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Destroy an environment, or tiers of it, after saying what would be lost."""
    from automation.destroy.command import (
        DestroyCommand,  # noqa: PLC0415
        DestroyRequest,  # noqa: PLC0415
    )

    request = DestroyRequest(environment=env, tiers=tuple(tiers), confirm=confirm, as_json=as_json)
    raise typer.Exit(DestroyCommand(request, console=CONSOLE, progress=PROGRESS).run())


def status(env: Environment = DEFAULT, as_json: Json = False) -> None:
    """Show each stack's resources, state and lock, and the application's release."""
    from automation.status.command import status as run  # noqa: PLC0415

    raise typer.Exit(run(env, as_json=as_json, console=CONSOLE, progress=PROGRESS))


def verify(
    *,
    env: Environment = DEFAULT,
    in_full: Annotated[
        bool,
        typer.Option("--all", help="every claim about the configuration, not a line for each tier"),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say whether a deployed environment works, and is as configured."""
    from automation.checks.command import verify as run  # noqa: PLC0415

    code = run(env, in_full=in_full, as_json=as_json, console=CONSOLE, progress=PROGRESS)
    raise typer.Exit(code)


def drift(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = DEFAULT,
    as_json: Json = False,
) -> None:
    """Find what was changed by other means than Terraform: exit code 0 none, 2 drift, 1 error."""
    from automation.drift.command import DriftCommand, DriftRequest  # noqa: PLC0415

    request = DriftRequest(environment=env, tiers=tuple(tiers), as_json=as_json)
    raise typer.Exit(DriftCommand(request, console=CONSOLE, progress=PROGRESS).run())
