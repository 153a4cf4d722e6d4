"""`python -m automation`: takes an AWS account from nothing to a running platform, and keeps it so.

What the commands do is imported as one of them runs: none waits for what another needs.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from automation import commands
from automation.errors import CommandError, UserError

_DEFAULT = os.environ.get("APP_ENV", "prod")
_LOCALLY, _FIRST = "On this machine", "Before the first deployment"
_CHANGES, _LOOKS = "Change the platform", "Look at the platform"
_console = Console()
_progress = Console(stderr=True)
_debug = False

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Exit codes: 0; 1 when something failed or was found; 2 when you can mend it; "
    "130 after Ctrl-C.",
)

Environment = Annotated[str, typer.Option("--env", help="a file of environments/, without .toml")]
Environments = Annotated[list[str], typer.Option("--env", help='may be given again; "all": each')]
Json = Annotated[bool, typer.Option("--json", help="print JSON for machines")]
Tiers = Annotated[list[str], typer.Argument(help="tiers that are meant; all if none is named")]
Yes = Annotated[bool, typer.Option("--yes", help="make changes without asking")]


@cli.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="show tracebacks of errors")] = False,
) -> None:
    """What holds for every command."""
    global _debug  # noqa: PLW0603
    _debug = debug


@cli.command(rich_help_panel=_LOCALLY)
def synth(env: Environment = _DEFAULT) -> None:
    """Synthesize an environment to cdktf.out, as `python main.py` does."""
    commands.synth(env, console=_console, progress=_progress)


@cli.command(rich_help_panel=_LOCALLY)
def validate(env: Environments = [_DEFAULT], as_json: Json = False) -> None:  # noqa: B006
    """Synthesize, and have Terraform and the AWS provider validate every stack."""
    valid = commands.validate(env, as_json=as_json, console=_console, progress=_progress)
    raise typer.Exit(0 if valid else 1)


@cli.command(rich_help_panel=_LOCALLY)
def wheels(env: Environments = [_DEFAULT]) -> None:  # noqa: B006
    """Download what the application's instances install, so that synthesis needs no network."""
    from automation.wheels.command import fetch  # noqa: PLC0415

    fetch(env, console=_console, progress=_progress)


@cli.command(rich_help_panel=_LOCALLY)
def app(
    *,
    folder: Annotated[Path, typer.Option("--folder", help="a directory with a Procfile")] = Path(
        "app"
    ),
    port: Annotated[int, typer.Option("--port", help="where it listens, on loopback")] = 8080,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", envvar="DATABASE_URL", help="mysql://…; else a MariaDB of its own"
        ),
    ] = None,
) -> None:
    """Run the application here, with the environment that instances give it."""
    from automation.local_app.command import LocalApp  # noqa: PLC0415
    from automation.local_app.request import Request  # noqa: PLC0415

    request = Request(folder=folder, port=port, database_url=database_url)
    raise typer.Exit(LocalApp(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_LOCALLY)
def rehearse(
    *,
    env: Environment = _DEFAULT,
    keep: Annotated[bool, typer.Option("--keep", help="leave the emulator running")] = False,
    destroy: Annotated[
        bool, typer.Option("--destroy", help="destroy everything at the end")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="stop a kept emulator")] = False,
    port: Annotated[int, typer.Option("--port", help="the emulator's; 0: any free one")] = 0,
    as_json: Json = False,
) -> None:
    """Deploy an environment to an AWS that is emulated on this machine, and check it there."""
    from automation.rehearsal.command import Rehearse  # noqa: PLC0415
    from automation.rehearsal.request import Request  # noqa: PLC0415

    request = Request(environment=env, keep=keep, destroy=destroy, port=port, as_json=as_json)
    command = Rehearse(request, console=_console, progress=_progress)
    raise typer.Exit(command.stop() if stop else command.run())


@cli.command(rich_help_panel=_FIRST)
def bootstrap(
    *,
    env: Environment = _DEFAULT,
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
    from automation.bootstrap.command import Bootstrap  # noqa: PLC0415
    from automation.bootstrap.request import Request  # noqa: PLC0415

    request = Request(
        environment=env,
        yes=yes,
        status=status,
        delete=delete,
        as_json=as_json,
        github=github,
        branches=tuple(branch),
        github_environments=tuple(github_environment),
    )
    raise typer.Exit(Bootstrap(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_FIRST)
def preflight(env: Environment = _DEFAULT, as_json: Json = False) -> None:
    """Say what would keep an environment from being deployed, before anything is changed."""
    from automation.preflight.command import preflight as run  # noqa: PLC0415

    raise typer.Exit(run(env, as_json=as_json, console=_console, progress=_progress))


@cli.command(rich_help_panel=_CHANGES)
def plan(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = _DEFAULT,
    out: Annotated[
        Path | None, typer.Option("--out", help="a folder that keeps the plans, for deploy --plans")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say what `deploy` would do."""
    from automation.deployment.command import Plan  # noqa: PLC0415
    from automation.deployment.request import Request  # noqa: PLC0415

    request = Request(environment=env, tiers=tuple(tiers), out=out, as_json=as_json)
    raise typer.Exit(Plan(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_CHANGES)
def deploy(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = _DEFAULT,
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
    from automation.deployment.command import Deploy  # noqa: PLC0415
    from automation.deployment.request import Request  # noqa: PLC0415

    request = Request(
        environment=env, tiers=tuple(tiers), yes=yes, plans=plans, unlock=unlock, as_json=as_json
    )
    raise typer.Exit(Deploy(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_CHANGES)
def release(*, env: Environment = _DEFAULT, yes: Yes = False, as_json: Json = False) -> None:
    """Publish the application as it is here, and have it replace what runs."""
    from automation.release.command import Release  # noqa: PLC0415
    from automation.release.request import Request  # noqa: PLC0415

    request = Request(environment=env, yes=yes, as_json=as_json)
    raise typer.Exit(Release(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_CHANGES)
def rollback(
    *,
    env: Environment = _DEFAULT,
    to: Annotated[
        str | None, typer.Option("--to", help="how its SHA-256 begins; else the one before")
    ] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Have an earlier release of the application replace what runs."""
    from automation.release.command import Rollback  # noqa: PLC0415
    from automation.release.request import Request  # noqa: PLC0415

    request = Request(environment=env, to=to, yes=yes, as_json=as_json)
    raise typer.Exit(Rollback(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_CHANGES)
def destroy(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = _DEFAULT,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", help="the environment's prefix, instead of typing it"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Destroy an environment, or tiers of it, after saying what would be lost."""
    from automation.destruction.command import Destroy  # noqa: PLC0415
    from automation.destruction.request import Request  # noqa: PLC0415

    request = Request(environment=env, tiers=tuple(tiers), confirm=confirm, as_json=as_json)
    raise typer.Exit(Destroy(request, console=_console, progress=_progress).run())


@cli.command(rich_help_panel=_LOOKS)
def status(env: Environment = _DEFAULT, as_json: Json = False) -> None:
    """Show each stack's resources, state and lock, and the application's release."""
    from automation.status.command import status as run  # noqa: PLC0415

    raise typer.Exit(run(env, as_json=as_json, console=_console, progress=_progress))


@cli.command(rich_help_panel=_LOOKS)
def verify(
    *,
    env: Environment = _DEFAULT,
    in_full: Annotated[
        bool,
        typer.Option("--all", help="every claim about the configuration, not a line for each tier"),
    ] = False,
    as_json: Json = False,
) -> None:
    """Say whether a deployed environment works, and is as configured."""
    from automation.verification.command import verify as run  # noqa: PLC0415

    code = run(env, in_full=in_full, as_json=as_json, console=_console, progress=_progress)
    raise typer.Exit(code)


@cli.command(rich_help_panel=_LOOKS)
def drift(
    *,
    tiers: Tiers = [],  # noqa: B006
    env: Environment = _DEFAULT,
    as_json: Json = False,
) -> None:
    """Find what was changed by other means than Terraform: exit code 0 none, 2 drift, 1 error."""
    from automation.drift.command import Drift, Request  # noqa: PLC0415

    request = Request(environment=env, tiers=tuple(tiers), as_json=as_json)
    raise typer.Exit(Drift(request, console=_console, progress=_progress).run())


def main() -> None:
    """Have errors that the user can understand end in a line instead of a traceback."""
    try:
        cli()
    except (UserError, CommandError) as error:
        if _debug:
            raise
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, UserError) else 1)


if __name__ == "__main__":
    main()
