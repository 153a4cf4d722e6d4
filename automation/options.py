"""Options that several commands have, and the consoles that they print to."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from automation import WORKSPACE
from automation.output import line_width
from config import chosen, names

DEFAULT = chosen()


def _console(*, stderr: bool = False) -> Console:
    """One that breaks no lines in a file or a pipe."""
    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = line_width()
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
ReviewFolder = Annotated[
    Path,
    typer.Option("--out", help="gets review.md, .html and .json", show_default=".terrace/review"),
]
REVIEW = WORKSPACE / "review"
Approvals = Annotated[Path | None, typer.Option("--approvals", help="instead of approvals.toml")]
