"""The frame of every command: settings, exclusive lock, Ctrl-C, AWS's errors, exit code.

And options that several commands have, with the consoles that they print to.
"""

import fcntl
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from automation import WORKSPACE
from automation.aws import explain
from automation.errors import INTERRUPTED, CommandError, UserError, disk_errors, line_width
from config import ConfigError, Settings, chosen, load, names
from config.environments import ENVIRONMENTS

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
Sarif = Annotated[
    Path | None, typer.Option("--sarif", help="also write SARIF, for code scanning, to this file")
]
Tiers = Annotated[list[str], typer.Argument(help="tiers that are meant; all if none is named")]
Yes = Annotated[bool, typer.Option("--yes", help="make changes without asking")]
ReviewFolder = Annotated[
    Path,
    typer.Option("--out", help="gets review.md, .html and .json", show_default=".terrace/review"),
]
REVIEW = WORKSPACE / "review"
Approvals = Annotated[Path | None, typer.Option("--approvals", help="instead of approvals.toml")]


@contextmanager
def exclusive_lock(folder: Path, busy: str) -> Iterator[None]:
    """Refuse a second run in a folder meanwhile, and say that it is `busy`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "running").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{busy}: wait for that to end") from None
        yield


def run(
    work: Callable[[], int],
    *,
    progress: Console,
    interrupted: str = "interrupted: nothing was changed",
    folder: Path | None = None,
    busy: str = "",
    place: Path | None = None,
) -> int:
    """A command's exit code, with what every command needs around its work.

    Only one at a time works in `folder`, which is `busy` meanwhile; what the disk refuses is said
    of `place`, or else of the folder. Ctrl-C, SIGTERM and SIGHUP end in a line and in 130.

    Raises `UserError` for a folder in use and for the disk, `CommandError` for what AWS refuses.
    """
    with ExitStack() as around:
        if folder is not None:
            around.enter_context(disk_errors(place or folder))
            around.enter_context(exclusive_lock(folder, busy))
        around.enter_context(interruptible())
        try:
            return work()
        except KeyboardInterrupt:
            progress.print(interrupted)
            return INTERRUPTED
        except (BotoCoreError, ClientError) as error:
            raise CommandError(explain(error)) from error


@contextmanager
def interruptible() -> Iterator[None]:
    """Being terminated, or losing the terminal, ends a command as Ctrl-C does."""

    def interrupt(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def attended(command: str, remedy: str) -> None:
    """Refuse to ask where nobody can answer; the remedy names options that the command has."""
    if not sys.stdin.isatty():
        raise UserError(
            f"{command} asks before it changes anything, and there is nobody to ask: {remedy}"
        )


def parse_time(text: str, option: str) -> datetime:
    """A time in ISO 8601, in UTC unless it says otherwise; raises `UserError`."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f'{option}: received "{text}"; give a time such as 2026-11-30T12:00:00Z'
        ) from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def every_environment() -> list[str]:
    """All that there are; raises `UserError` where there is none."""
    if found := names():
        return found
    raise UserError(
        f"{ENVIRONMENTS.name}/ holds no environment: write <name>.toml there, "
        "docs/settings.md has every key"
    )


def settings_of(environment: str) -> Settings:
    """The settings of an environment; raises `UserError` with all their faults."""
    chosen_by = "APP_ENV" if environment == os.environ.get("APP_ENV") else "--env"
    try:
        return load(environment, chosen_by=chosen_by)
    except ConfigError as error:
        raise UserError(str(error)) from error
