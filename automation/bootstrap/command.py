"""`bootstrap`: makes the bucket of Terraform's states, updates it, or says how it is."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.aws import connect, explain
from automation.bootstrap import PAUSE, BootstrapOutcome, account, create_or_update, delete_stack
from automation.bootstrap.lifecycle import Event, StackPhase, rest_of
from automation.bootstrap.stack import BootstrapStack, Confirmation
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, Yes, run, settings_of
from automation.errors import CommandError, UserError
from config import ConfigError, Settings, load, names

_REMEDIES = {
    StackPhase.ABSENT: "there is no stack: run bootstrap",
    StackPhase.BUSY: "somebody is changing it: run bootstrap, which waits for that",
    StackPhase.STUCK: "an update could not be rolled back: run bootstrap, which tries again",
    StackPhase.USELESS: "its creation or deletion failed: run bootstrap, which makes it anew",
}


def fine(outcome: BootstrapOutcome) -> bool:
    """Whether all is as the user wanted it."""
    if outcome.action == "status":
        return _rest(outcome) is StackPhase.USABLE
    return outcome.action != "declined"


def sharing(settings: Settings) -> list[str]:
    """The other environments in the account, as far as their files can be read."""
    found = []
    for name in names():
        with suppress(ConfigError):
            if name != settings.environment and load(name).account_id == settings.account_id:
                found.append(name)
    return found


def to_json(settings: Settings, outcome: BootstrapOutcome) -> dict[str, Any]:
    """The same for machines."""
    state = outcome.state
    return {
        "environment": settings.environment,
        "stack": settings.naming.name("bootstrap"),
        "action": outcome.action,
        "ok": fine(outcome),
        "status": state.status if state else None,
        "termination_protection": state.protected if state else False,
        "parameters": dict(state.parameters) if state else {},
        "outputs": dict(state.outputs) if state else {},
        "changes": [asdict(change) for change in outcome.changes],
    }


def show(settings: Settings, outcome: BootstrapOutcome, console: Console) -> None:
    """Print what the stack is like, and a line that sums it up."""
    if outcome.state is not None and outcome.action != "declined":
        console.print(_table(outcome, plain=not console.is_terminal))
    line = f"{settings.naming.name('bootstrap')}: {_summary(settings, outcome)}"
    console.print(escape(line), highlight=False, soft_wrap=True)


def _table(outcome: BootstrapOutcome, *, plain: bool) -> Table:
    state = outcome.state
    assert state is not None  # noqa: S101
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("status", state.status)
    table.add_row("termination protection", "on" if state.protected else "off")
    for key, value in {**state.parameters, **state.outputs}.items():
        table.add_row(escape(key), escape(value))
    return table


def _summary(settings: Settings, outcome: BootstrapOutcome) -> str:
    if outcome.action == "status":
        return _REMEDIES.get(_rest(outcome), "ready")
    if outcome.action == "deleted":
        bucket = settings.naming.bucket("tfstate")
        return f"deleted; the bucket {bucket}, its log bucket and its key are retained"
    return {
        "absent": "there is none, so there is nothing to delete",
        "declined": "declined, nothing changed",
        "imported": "created around the bucket that was there; verify says whether it is intact",
        "unchanged": "up to date, nothing to change",
    }.get(outcome.action, outcome.action)


def _rest(outcome: BootstrapOutcome) -> StackPhase:
    return rest_of(outcome.state.status if outcome.state else None)


@dataclass(frozen=True)
class BootstrapRequest:
    """The options of the command."""

    environment: str
    yes: bool = False
    status: bool = False
    delete: bool = False
    as_json: bool = False
    github: str | None = None
    github_ids: str | None = None
    branches: tuple[str, ...] = ()
    github_environments: tuple[str, ...] = ()


class BootstrapCommand:
    """One run of the command; `pause` is the seconds between two looks at the stack."""

    def __init__(
        self,
        request: BootstrapRequest,
        *,
        console: Console,
        progress: Console,
        confirmation: Confirmation | None = None,
        look_up: Callable[[str], str | None] = account.look_up,
        pause: float = PAUSE,
    ) -> None:
        self._request = request
        self._console = console
        self._progress = progress
        self._confirmation = confirmation or Confirmation(request.yes, progress)
        self._look_up = look_up
        self._pause = pause
        self._start = time.perf_counter()

    def run(self) -> int:
        """The exit code: 0, 1 when there is no usable stack or the user declined, 130 on Ctrl-C.

        Raises `UserError` for what the user can mend, and `CommandError`.
        """
        request = self._request
        if request.status and request.delete:
            raise UserError("--status and --delete exclude each other: give one of them")
        wanted = self._wanted()
        settings = settings_of(request.environment)
        return run(
            partial(self._run, settings, wanted),
            progress=self._progress,
            interrupted="interrupted: CloudFormation goes on; run it again to follow",
        )

    def _wanted(self) -> account.GitHub | None:
        """Whose workflows get roles, by ids wherever these can be had."""
        request = self._request
        parse = partial(
            account.parse,
            request.github,
            branches=request.branches,
            environments=request.github_environments,
            default=request.environment,
        )
        wanted = parse(ids=request.github_ids)
        if wanted is None or wanted.ids or wanted.repository == account.NONE:
            return wanted
        ids = self._look_up(wanted.repository)
        if ids is None:
            ask = f"gh api repos/{wanted.repository} --jq '\"\\(.owner.id)/\\(.id)\"'"
            raise UserError(
                f"--github: nobody tells the ids of {wanted.repository} and its owner: give "
                f"--github-ids, as `{ask}` prints them"
            )
        return parse(ids=ids)

    def _run(self, settings: Settings, wanted: account.GitHub | None) -> int:
        try:
            outcome = self._act(connect(settings), settings, wanted)
        except (BotoCoreError, ClientError) as error:
            raise CommandError(f"{settings.naming.name('bootstrap')}: {explain(error)}") from error
        self._tell(settings, outcome)
        return 0 if fine(outcome) else 1

    def _act(
        self, session: boto3.Session, settings: Settings, wanted: account.GitHub | None
    ) -> BootstrapOutcome:
        if self._request.status:
            stack = BootstrapStack(session, settings.naming, pause=self._pause)
            return BootstrapOutcome("status", stack.find())
        prefix = settings.naming.prefix
        if self._request.delete:
            stack_name = settings.naming.name("bootstrap")
            question = f"This deletes the stack {stack_name}, but neither the bucket nor its key."
            return delete_stack(
                session,
                settings,
                confirm=lambda: self._confirmation.word(question, prefix),
                tell=self._event,
                pause=self._pause,
            )
        return create_or_update(
            session,
            settings,
            github=wanted,
            confirm=self._confirmation.changes,
            tell=self._event,
            pause=self._pause,
        )

    def _event(self, event: Event) -> None:
        seconds = time.perf_counter() - self._start
        line = f"[{seconds:6.1f} s] {event}"
        style = "red" if event.failed else None
        self._progress.print(line, style=style, markup=False, highlight=False, soft_wrap=True)

    def _tell(self, settings: Settings, outcome: BootstrapOutcome) -> None:
        changed = outcome.action in ("created", "imported", "updated")
        if changed and (others := sharing(settings)):
            line = (
                f"{settings.environment} shares the account {settings.account_id} with "
                f"{', '.join(others)}: names and tags keep them apart, which an account for each "
                "does better"
            )
            self._progress.print(line, markup=False, highlight=False, soft_wrap=True)
        if changed and self._request.github not in (None, account.NONE):
            line = (
                "on GitHub, protect whatever may deploy: an environment by required reviewers and "
                "by main as its only branch, a branch by a rule"
            )
            self._progress.print(line, markup=False, highlight=False, soft_wrap=True)
        if self._request.as_json:
            print(json.dumps(to_json(settings, outcome), indent=2))
        else:
            show(settings, outcome, self._console)


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
    github_ids: Annotated[
        str | None,
        typer.Option(help="ids of its owner and of itself, as 12/34, where nobody can look"),
    ] = None,
    branch: Annotated[list[str], typer.Option(help="may deploy, may be given again")] = [],  # noqa: B006
    github_environment: Annotated[
        list[str],
        typer.Option(
            help="may deploy, may be given again; without any, and without a branch: as --env"
        ),
    ] = [],  # noqa: B006
    as_json: Json = False,
) -> None:
    """Make the bucket that holds Terraform's states, or bring it up to date."""
    request = BootstrapRequest(
        environment=env,
        yes=yes,
        status=status,
        delete=delete,
        as_json=as_json,
        github=github,
        github_ids=github_ids,
        branches=tuple(branch),
        github_environments=tuple(github_environment),
    )
    raise typer.Exit(BootstrapCommand(request, console=CONSOLE, progress=PROGRESS).run())
