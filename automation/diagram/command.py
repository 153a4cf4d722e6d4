"""`diagram`: draws an environment to an SVG file."""

import errno
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from automation import PROJECT
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, run, settings_of
from automation.diagram import draw
from automation.errors import UserError
from automation.terraform.stacks import synthesize

# The picture of the README; what else is drawn is not committed.
COMMITTED = PROJECT / "docs" / "platform.svg"


def run_diagram(environment: str, *, out: Path, console: Console, progress: Console) -> int:
    """The exit code: 0, or 130 after Ctrl-C.

    Raises `UserError` for settings with faults, and for a file that cannot be written.
    """
    settings_of(environment)
    _check(out)
    work = partial(_draw, environment, out, console, progress)
    return run(work, progress=progress, interrupted="interrupted: nothing was drawn")


def _draw(environment: str, out: Path, console: Console, progress: Console) -> int:
    try:
        with (
            progress.status(f"Drawing {environment}"),
            tempfile.TemporaryDirectory(prefix="terrace-") as folder,
        ):
            picture = draw(synthesize(environment, Path(folder)).stacks)
        out.write_text(picture, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UserError(f"{out} cannot be written: {error.strerror}") from error
    console.print(f"{environment}: drawn to {out}", highlight=False, soft_wrap=True)
    return 0


def _check(out: Path) -> None:
    """Refuse, before anything is synthesized, a file that cannot be written."""
    faults = (
        (errno.EISDIR, out.is_dir()),
        (errno.ENOENT, not out.parent.exists()),
        (errno.ENOTDIR, not out.parent.is_dir()),
        (errno.EACCES, not os.access(out if out.exists() else out.parent, os.W_OK)),
    )
    for number, found in faults:
        if found:
            raise UserError(f"{out} cannot be written: {os.strerror(number)}")


def diagram(
    env: Environment = DEFAULT,
    out: Annotated[Path, typer.Option("--out", help="the SVG file")] = Path("platform.svg"),
) -> None:
    """Draw an environment as it is synthesized."""
    raise typer.Exit(run_diagram(env, out=out, console=CONSOLE, progress=PROGRESS))
