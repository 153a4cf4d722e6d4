"""`python -m automation`: takes an account from nothing to a running platform, and keeps it so."""

import sys
from typing import Annotated

import typer

from automation.errors import CommandError, UserError
from automation.typed import account, local

_PANELS = {
    "On this machine": (
        local.synth,
        local.validate,
        local.scan,
        local.diagram,
        local.review,
        local.preview,
        local.wheels,
        local.app,
        local.rehearse,
    ),
    "Before the first deployment": (account.bootstrap, account.preflight),
    "Change the platform": (
        account.plan,
        account.deploy,
        account.release,
        account.rollback,
        account.destroy,
    ),
    "Look at the platform": (account.status, account.verify, account.drift),
}
_debug = False

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Exit codes: 0; 1 when something failed or was found; 2 when you can mend it; 3 when a "
    "blocking change is not approved; 130 after Ctrl-C.",
)
for panel, commands in _PANELS.items():
    for command in commands:
        cli.command(rich_help_panel=panel)(command)


@cli.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="show tracebacks of errors")] = False,
) -> None:
    """What holds for every command."""
    global _debug  # noqa: PLW0603
    _debug = debug


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
