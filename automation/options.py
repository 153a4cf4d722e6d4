"""What the commands have in common."""

import os
from typing import Annotated

import typer
from rich.console import Console

from config import chosen, names

DEFAULT = chosen()
# What is no terminal has no width: there, a line is as long as what it says.
_UNBOUNDED = 10_000


def _console(*, stderr: bool = False) -> Console:
    """One that breaks no lines in a file or a pipe, unless `COLUMNS` says where."""
    console = Console(stderr=stderr)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _UNBOUNDED
    return console


def _names() -> list[str]:
    return names()


CONSOLE = _console()
PROGRESS = _console(stderr=True)

Environment = Annotated[
    str,
    typer.Option("--env", help="a file of environments/, without .toml", autocompletion=_names),
]
Environments = Annotated[
    list[str],
    typer.Option(
        "--env",
        help='may be given again; "all": each',
        autocompletion=lambda: [*_names(), "all"],
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print JSON for machines")]
Tiers = Annotated[list[str], typer.Argument(help="tiers that are meant; all if none is named")]
Yes = Annotated[bool, typer.Option("--yes", help="make changes without asking")]
