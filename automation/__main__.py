"""The command line: takes an account from nothing to a running platform, and keeps it so.

`python -m automation` in the project's folder; `terrace`, which runs this folder, in any.
"""

import importlib
import re
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

if not __package__:
    # The folder of the modules, in place of this one, whose names may be others' as well.
    sys.path[0] = str(Path(__file__).parent.parent)

import typer
from typer.core import TyperCommand, TyperGroup

from automation.errors import (
    CommandError,
    OutputError,
    UserError,
    give_up,
    line_width,
    named_output,
    remedy,
)

_HERE = Path(__file__).parent
# The commands by panel, and the folder whose `command.py` has a function of that name.
_PANELS: Mapping[str, Mapping[str, str]] = {
    "On this machine": {
        "synth": "synth",
        "validate": "synth",
        "scan": "scan",
        "diagram": "diagram",
        "cost": "cost",
        "export": "export",
        "review": "review",
        "preview": "preview",
        "wheels": "synth",
        "app": "app",
        "rehearse": "rehearse",
    },
    "Before the first deployment": {"bootstrap": "bootstrap", "preflight": "checks"},
    "Change the platform": {
        "plan": "deploy",
        "deploy": "deploy",
        "release": "release",
        "rollback": "release",
        "restart": "release",
        "rotate": "rotate",
        "restore": "restore",
        "destroy": "destroy",
    },
    "Look at the platform": {
        "status": "status",
        "releases": "release",
        "verify": "checks",
        "drift": "drift",
        "outputs": "status",
    },
    "Operate the application": {"logs": "operate", "exec": "operate", "db": "operate"},
}
_FOLDERS = {name: folder for panel in _PANELS.values() for name, folder in panel.items()}
# Frames, and lines that end at its width, are for a terminal.
_TERMINAL = sys.stdout.isatty() and sys.stderr.isatty()
_MARKUP: Any = "rich" if _TERMINAL else None
_debug = False


class LazyGroup(TyperGroup):
    """Commands of which only the one that runs is imported.

    https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands
    """

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for panel, folders in _PANELS.items():
            for name in folders:
                self.add_command(TyperCommand(name, help=_summary(name), rich_help_panel=panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command with its options, for who runs it or completes it."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and _load(str(name)), rest


def _summary(name: str) -> str:
    """The docstring of a command's function, as far as a list of commands has room for it."""
    source = (_HERE / _FOLDERS[name] / "command.py").read_text(encoding="utf-8")
    found = re.search(rf'^def {name}\(.*?^    """(.*?)(?:"""|\n)', source, re.DOTALL | re.MULTILINE)
    return found[1] if found else ""


def _load(name: str) -> Any:
    module = importlib.import_module(f"automation.{_FOLDERS[name]}.command")
    single = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=_MARKUP
    )
    single.command(name)(getattr(module, name))
    return typer.main.get_command(single)


cli = typer.Typer(
    cls=LazyGroup,
    # A shell completes what is one word.
    add_completion=not __package__,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=_MARKUP,
    context_settings={} if sys.stdout.isatty() else {"terminal_width": line_width()},
    help="Exit codes: 0; 1 when something failed or was found; 2 when you can mend it; 3 when a "
    "blocking change is not approved; 130 after Ctrl-C.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        text = (_HERE.parent / "pyproject.toml").read_text(encoding="utf-8")
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
    """Take the options that hold for every command."""
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
