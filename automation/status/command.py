"""`status` and `outputs`: each stack's state in numbers, its outputs, and the running release."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.box import ROUNDED
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from automation.aws import connect
from automation.aws.clients import Clients
from automation.aws.states import Lock, StackOutput, StackStatus, States
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, run, settings_of
from automation.errors import UserError
from automation.release import RunningRelease, find
from automation.terraform.diff import MASK
from automation.terraform.stacks import CROSS_STACK, Synthesize, outline, stacks_of
from config import Settings

_WIDE = 200
_UNITS: Mapping[str, int] = {"day": 86400, "hour": 3600, "minute": 60}


@dataclass(frozen=True, kw_only=True)
class Status:
    """What is deployed of an environment."""

    settings: Settings
    bucket: str
    stacks: tuple[StackStatus, ...]
    release: RunningRelease | None

    def to_json(self) -> dict[str, Any]:
        """The status as values that JSON can hold."""
        return {
            "environment": self.settings.environment,
            "account_id": self.settings.account_id,
            "region": self.settings.region,
            "state_bucket": self.bucket,
            "stacks": [_to_json(stack) for stack in self.stacks],
            "application": asdict(self.release) if self.release else None,
        }

    def print(self, console: Console, *, now: datetime | None = None) -> None:
        """Print a table of stacks, and what the application runs."""
        plain = not console.is_terminal
        table = self._table(now or datetime.now(UTC), plain=plain)
        # A file has no width: nothing in it need be cut off.
        (Console(file=console.file, width=_WIDE) if plain else console).print(table)
        for stack in self.stacks:
            if stack.lock is not None:
                line = f"{stack.stack} is locked by {_holder(stack.lock)}"
                console.print(escape(line), highlight=False, soft_wrap=True)
        running = str(self.release) if self.release else "not deployed"
        console.print(escape(f"application: {running}"), highlight=False, soft_wrap=True)
        deployed = [stack for stack in self.stacks if stack.resources]
        console.print(
            f"{self.settings.environment}: {len(deployed)} of {len(self.stacks)} stacks deployed, "
            f"{sum(stack.resources for stack in deployed)} resources, states in {self.bucket}",
            highlight=False,
            soft_wrap=True,
        )

    def _table(self, now: datetime, *, plain: bool) -> Table:
        table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
        table.add_column("stack", no_wrap=True)
        for column in ("resources", "serial"):
            table.add_column(column, justify="right")
        for column in ("last applied (UTC)", "Terraform", "locked by"):
            table.add_column(column, no_wrap=True)
        for stack in self.stacks:
            found, lock = stack.applied, stack.lock
            cells = ("", "", "[yellow]never[/]", "")
            if found is not None:
                at = f"{found.at:%Y-%m-%d %H:%M} ({age(now, found.at)})"
                cells = (str(found.resources), str(found.serial), at, found.terraform_version)
            table.add_row(stack.stack, *cells, f"[red]{escape(lock.who)}[/]" if lock else "")
        return table


def age(now: datetime, then: datetime) -> str:
    """How long ago something was, in its largest unit."""
    seconds = int((now - then).total_seconds())
    for unit, size in _UNITS.items():
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'' if number == 1 else 's'} ago"
    return "just now"


def _holder(lock: Lock) -> str:
    return f"{lock.who} for {lock.operation} since {lock.since} (lock {lock.id})"


def _to_json(stack: StackStatus) -> dict[str, Any]:
    found = stack.applied
    return {
        "name": stack.stack,
        "applied": found is not None,
        "resources": stack.resources,
        "serial": found.serial if found else None,
        "last_applied": found.at.isoformat() if found else None,
        "terraform_version": found.terraform_version if found else None,
        "lock": asdict(stack.lock) if stack.lock else None,
    }


def run_status(
    environment: str,
    *,
    as_json: bool,
    console: Console,
    progress: Console,
    synthesize: Synthesize = outline,
) -> int:
    """Show what is deployed; the exit code is 0, whatever that is.

    Only reads, and only through boto3. Raises `UserError` for what the user can mend.
    """
    settings = settings_of(environment)

    def work() -> int:
        session = connect(settings)
        states = States(session, settings)
        states.check()
        with progress.status(f"Synthesizing {environment}"):
            tiers = [stack.name for stack in stacks_of(environment, synthesize)]
        with progress.status(f"Reading the states of {environment}"):
            found = Status(
                settings=settings,
                bucket=states.bucket,
                stacks=tuple(states.each(tiers)),
                release=find(Clients(session, settings.region), settings),
            )
        if as_json:
            print(json.dumps(found.to_json(), indent=2))
        else:
            found.print(console)
        return 0

    return run(work, progress=progress)


def status(env: Environment = DEFAULT, as_json: Json = False) -> None:
    """Show each stack's resources, state and lock, and the application's release."""
    raise typer.Exit(run_status(env, as_json=as_json, console=CONSOLE, progress=PROGRESS))


def run_outputs(
    environment: str, *, every: bool, shown: Sequence[str], as_json: bool, progress: Console
) -> int:
    """Print the outputs of each stack that was applied, read from its state.

    Sensitive ones are masked unless they are `shown`, by `<stack>.<name>`; those that only other
    stacks read are left out unless `every` one is asked for.
    """
    settings = settings_of(environment)

    def work() -> int:
        states = States(connect(settings), settings)
        states.check()
        found = states.outputs()
        known = {str(each) for each in found}
        if unknown := [name for name in shown if name not in known]:
            sensitive = ", ".join(str(each) for each in found if each.sensitive) or "none"
            raise UserError(
                f'--show: received "{unknown[0]}"; {environment} has no such output, and of '
                f"those that are sensitive {sensitive}"
            )
        picked = [
            each
            for each in found
            if every or str(each) in shown or not each.name.startswith(CROSS_STACK)
        ]
        values = {
            str(each): MASK if each.sensitive and str(each) not in shown else each.value
            for each in picked
        }
        if as_json:
            print(json.dumps(_by_stack(picked, values), indent=2))
        for name, value in values.items() if not as_json else ():
            print(f"{name} = {value if isinstance(value, str) else json.dumps(value)}")
        if not picked:
            progress.print(f"{environment} has no outputs yet", highlight=False, soft_wrap=True)
        return 0

    return run(work, progress=progress)


def _by_stack(
    outputs: Sequence[StackOutput], values: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in outputs:
        found.setdefault(each.stack, {})[each.name] = values[str(each)]
    return found


def outputs(
    *,
    env: Environment = DEFAULT,
    every: Annotated[
        bool, typer.Option("--all", help="those, too, that only other stacks read")
    ] = False,
    show: Annotated[
        list[str] | None,
        typer.Option("--show", help="STACK.NAME of a sensitive one; may be given again"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show each stack's outputs, sensitive ones masked."""
    code = run_outputs(env, every=every, shown=show or (), as_json=as_json, progress=PROGRESS)
    raise typer.Exit(code)
