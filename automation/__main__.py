"""The command line: takes an account from nothing to a running platform, and keeps it so.

`python -m automation` in the project's folder; `terrace`, which runs this folder, in any.
"""

import sys
import tomllib
from pathlib import Path
from typing import Annotated

if not __package__:
    # The folder of the modules, in place of this one, whose names may be others' as well.
    sys.path[0] = str(Path(__file__).parent.parent)

import typer

from automation.command import remedy
from automation.errors import CommandError, UserError
from automation.options import CONSOLE, PROGRESS
from automation.output import OutputError, give_up, named_output
from automation.terraform.stacks import PROJECT
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
    # A shell completes what is one word.
    add_completion=not __package__,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Frames, and lines that end at its width, are for a terminal.
    rich_markup_mode="rich" if CONSOLE.is_terminal and PROGRESS.is_terminal else None,
    context_settings={} if CONSOLE.is_terminal else {"terminal_width": CONSOLE.width},
    help="Exit codes: 0; 1 when something failed or was found; 2 when you can mend it; 3 when a "
    "blocking change is not approved; 130 after Ctrl-C.",
)
for panel, commands in _PANELS.items():
    for command in commands:
        cli.command(rich_help_panel=panel)(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
        print(f"terrace {tomllib.loads(text)['project']['version']}")
        raise typer.Exit


@cli.callback()
def options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="show tracebacks of errors")] = False,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="print the version"),
    ] = False,
) -> None:
    """What holds for every command."""
    global _debug  # noqa: PLW0603
    _debug = debug


def main() -> None:
    """Have errors that the user can understand end in a line instead of a traceback."""
    try:
        _run()
    except (UserError, CommandError) as error:
        if _debug:
            raise
        print(error, file=sys.stderr)
        sys.exit(2 if isinstance(error, UserError) else 1)


def _run() -> None:
    try:
        with named_output():
            cli(prog_name=None if __package__ else "terrace")
    except OutputError as error:
        give_up()
        if isinstance(error.__cause__, BrokenPipeError):
            # Whoever reads has seen enough.
            sys.exit(1)
        raise UserError(f"standard output cannot be written: {error.strerror}") from error
    except OSError as error:
        line = remedy(str(error), Path(error.filename)) if error.filename else None
        if line is None:
            raise
        raise UserError(line) from error


if __name__ == "__main__":
    main()
