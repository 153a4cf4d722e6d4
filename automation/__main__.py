"""`python -m automation`: what Terrace does with Terraform."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console

from automation import commands
from automation.errors import CommandError, UserError

_DEFAULT = os.environ.get("APP_ENV", "prod")
_console = Console()
_progress = Console(stderr=True)

cli = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__
)

Environment = Annotated[str, typer.Option("--env", help="a file of environments/, without .toml")]
Environments = Annotated[list[str], typer.Option("--env", help='may be given again; "all": each')]
Json = Annotated[bool, typer.Option("--json", help="print JSON for machines")]


@cli.command()
def synth(env: Environment = _DEFAULT) -> None:
    """Synthesize an environment to cdktf.out, as `python main.py` does."""
    commands.synth(env, console=_console, progress=_progress)


@cli.command()
def validate(env: Environments = [_DEFAULT], as_json: Json = False) -> None:  # noqa: B006
    """Synthesize, and have Terraform and the AWS provider validate every stack."""
    valid = commands.validate(env, as_json=as_json, console=_console, progress=_progress)
    raise typer.Exit(0 if valid else 1)


@cli.command()
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
    # The other commands do not wait for boto3.
    from automation.rehearsal.command import Rehearse  # noqa: PLC0415
    from automation.rehearsal.request import Request  # noqa: PLC0415

    request = Request(environment=env, keep=keep, destroy=destroy, port=port, as_json=as_json)
    command = Rehearse(request, console=_console, progress=_progress)
    raise typer.Exit(command.stop() if stop else command.run())


def main() -> None:
    """Exit code 0, 1 when something failed, or 2 when the user can mend it."""
    try:
        cli()
    except (UserError, CommandError) as error:
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, UserError) else 1)


if __name__ == "__main__":
    main()
