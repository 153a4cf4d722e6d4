"""`restore`: restores a backup beside the database and checks it, for a drill or to replace it."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from automation import WORKSPACE
from automation.aws import connect, explain
from automation.aws.clients import COPY, RESTORED, Clients, former, instances
from automation.aws.states import States
from automation.checks.configuration.database import find, identifiers
from automation.checks.health.audit import DRILL
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Json,
    attended,
    parse_time,
    run,
    settings_of,
)
from automation.errors import CommandError, UserError
from automation.restore import (
    Clock,
    Drill,
    RestorePoint,
    RestorePoints,
    checks_of,
    judge,
    named,
    newest,
    point_in_time,
    serving,
)
from automation.restore.copy import Ask, DatabaseCopy, RunCommand
from automation.restore.remains import Remains
from automation.restore.swap import TIER, Adoption, Swap
from automation.terraform.pool import StackPool, prepare
from automation.terraform.stacks import Synthesize, synthesize
from config import Settings

_AT, _TO = "--at", "--to"


@dataclass(frozen=True, kw_only=True)
class RestoreRequest:
    """An environment; `at` is a time, otherwise its newest backup is meant for a drill.

    `to` is what the database is to be again: a time, or a backup by its name; `confirm` is the
    environment's prefix, which otherwise is asked for.
    """

    environment: str
    drill: bool = False
    clean: bool = False
    at: str | None = None
    to: str | None = None
    confirm: str | None = None
    as_json: bool = False
    asked: Callable[[], str] = lambda: sys.stdin.readline().strip()
    synthesize: Synthesize = synthesize
    workspace: Path = WORKSPACE
    clock: Clock = field(default_factory=Clock)
    # How an instance is asked; Systems Manager, unless a test has another way.
    ask: Callable[[Clients, Clock], Ask] = RunCommand

    @property
    def folder(self) -> Path:
        """Of which one restore at a time makes use."""
        return self.workspace / "restore" / self.environment


class RestoreCommand:
    """One run of the command."""

    def __init__(self, request: RestoreRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress
        self._clock = request.clock

    def run(self) -> int:
        """The exit code: 0; 1 when the data is not as it should be, or something is left; 130.

        Raises `UserError` for what the user can mend; nothing was made then.
        """
        request = self._request
        settings = settings_of(request.environment)
        work = self._work(settings)
        clients = Clients(connect(settings), settings.region)
        return run(
            partial(work, settings, clients),
            progress=self._progress,
            interrupted="interrupted: the database is as it was, unless it was renamed above"
            if request.to
            else "interrupted: the database is as it was",
            folder=request.folder,
            busy=f"a backup of {request.environment} is being restored from this folder",
            place=request.workspace,
        )

    def _work(self, settings: Settings) -> Callable[[Settings, Clients], int]:
        """What is asked for; raises `UserError` unless it is one thing."""
        request, prefix = self._request, settings.naming.prefix
        if [request.drill, request.clean, request.to is not None].count(True) != 1:
            raise UserError("give --drill, or --to, or --clean to take away what a drill has left")
        if request.at and not request.drill:
            raise UserError(f"{_AT} is for --drill: leave it out")
        if request.confirm is not None and (request.to is None or request.confirm != prefix):
            raise UserError(f"--confirm is for --to, and has to be {prefix}: nothing was restored")
        if request.drill:
            return self._drill
        return self._clean if request.clean else self._replace

    def _drill(self, settings: Settings, clients: Clients) -> int:
        started = self._clock.now()
        backup = self._backup(settings, clients, started)
        serving(clients, settings)
        self._refuse_remains(settings, clients)
        name = settings.naming.name(f"{COPY}{started:%Y%m%d%H%M%S}")
        drill = Drill(settings.environment, name, backup, started)
        remains = Remains(clients, settings, name)
        copy = self._copy(settings, clients, name)
        try:
            self._prove(copy, drill, settings)
            if drill.verdicts:
                self._keep(drill, settings, clients)
        except (BotoCoreError, ClientError) as error:
            drill.error = explain(error)
        except CommandError as error:
            drill.error = str(error)
        finally:
            drill.left = self._remove(remains)
        return self._answer(drill)

    def _copy(self, settings: Settings, clients: Clients, name: str) -> DatabaseCopy:
        ask = self._request.ask(clients, self._clock)
        return DatabaseCopy(
            clients, settings, name=name, clock=self._clock, tell=self._tell, ask=ask
        )

    def _replace(self, settings: Settings, clients: Clients) -> int:
        """The real thing: a copy that holds takes the database's place."""
        started = self._clock.now()
        backup = self._target(settings, clients, started)
        _refuse_replicas(settings)
        serving(clients, settings)
        states = States(connect(settings), settings)
        adoption, pool = self._prepare(settings)
        self._ask_whether(settings, backup)
        name = settings.naming.name(f"{RESTORED[:-1]}{started:%Y%m%d%H%M%S}")
        drill = Drill(settings.environment, name, backup, started, what="restore")
        copy = self._copy(settings, clients, name)
        swap = Swap(clients, settings, name, settle=copy.settle, clock=self._clock, tell=self._tell)
        changes: Sequence[str] | None = None
        try:
            self._prove(copy, drill, settings)
            if drill.sound:
                # A deployment amid this would give the names back.
                with states.held(TIER, "restore"):
                    swap.prepare()
                    drill.error = swap.rename(started)
                    changes = adoption.run(pool, swap.resource_id)
        except (BotoCoreError, ClientError) as error:
            drill.error = explain(error)
        except CommandError as error:
            drill.error = str(error)
        finally:
            if swap.before and changes is None:
                self._say(adoption.by_hand(swap.resource_id))
            if not swap.unsettled:
                drill.left = self._remove(Remains(clients, settings, name))
        return self._tell_replaced(drill, swap, changes)

    def _target(self, settings: Settings, clients: Clients, now: datetime) -> RestorePoint:
        to = str(self._request.to)
        found = named(RestorePoints(clients, settings).every(), to)
        return found or self._at(settings, clients, to, _TO, now)

    def _prepare(self, settings: Settings) -> tuple[Adoption, StackPool]:
        """What Terraform needs afterwards, before anything is made."""
        request, folder = self._request, self._request.folder
        with self._progress.status(f"Synthesizing {request.environment}"):
            stacks = request.synthesize(request.environment, folder / "out").stacks
        (stack,) = [each for each in stacks if each.name == TIER]
        adoption = Adoption(stack, identifiers(settings)[0])
        adoption.check()
        with self._progress.status("Preparing the provider"):
            workspace = prepare(stacks, workspace=request.workspace)
        data, console = folder / "data", self._progress
        return adoption, workspace.pool(stacks, data=data, console=console, locks=False)

    def _ask_whether(self, settings: Settings, backup: RestorePoint) -> None:
        """Say what it means, and have it confirmed."""
        prefix, name = settings.naming.prefix, identifiers(settings)[0]
        self._say(f"{backup} is to take the place of {name}, if its checks hold")
        self._say("What was written since is in the database that it replaces, which is kept.")
        if self._request.confirm is not None:
            return
        attended("restore --to", f"give --confirm {prefix}")
        self._progress.print(f"Type {prefix} to restore: ", end="", markup=False, highlight=False)
        answer = self._request.asked()
        if answer != prefix:
            raise UserError(f'received "{answer}", not {prefix}: nothing was restored')

    def _tell_replaced(self, drill: Drill, swap: Swap, changes: Sequence[str] | None) -> int:
        request = self._request
        if request.as_json:
            told = {"before": swap.before, "adopted": changes is not None, "changes": changes or []}
            half = {"half_swapped": swap.names()} if swap.unsettled else {}
            print(json.dumps({**drill.to_json(), **told, **half}, indent=2))
            return 0 if drill.ok else 1
        drill.show(self._console)
        for line in self._after(swap, changes):
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        return 0 if drill.ok else 1

    def _after(self, swap: Swap, changes: Sequence[str] | None) -> Iterator[str]:
        """What has become of the database, and what is to be done."""
        if swap.unsettled:
            yield "the names are half swapped, and nothing was taken away: docs/restore.md"
            yield from swap.names()
        elif not swap.before:
            yield "nothing was changed: the database is as it was"
        else:
            yield f"{swap.before} is the database as it was: docs/restore.md says how it goes"
        if swap.before and changes is not None:
            yield from (f"the next deployment: {each}" for each in changes)
            deploy = f"python -m automation deploy --env {self._request.environment}"
            yield f"now run `{deploy}`, for the application may need another password"

    def _backup(self, settings: Settings, clients: Clients, now: datetime) -> RestorePoint:
        at = self._request.at
        if at is None:
            return newest(RestorePoints(clients, settings).every())
        return self._at(settings, clients, at, _AT, now)

    def _at(
        self, settings: Settings, clients: Clients, time: str, option: str, now: datetime
    ) -> RestorePoint:
        found = find(clients, identifiers(settings)[0])
        return point_in_time(
            parse_time(time, option),
            latest=found.get("LatestRestorableTime"),
            days=found.get("BackupRetentionPeriod", 0),
            now=now,
            option=option,
        )

    def _refuse_remains(self, settings: Settings, clients: Clients) -> None:
        found = Remains(clients, settings).found()
        if found:
            raise UserError(
                f"another restore is under way, or has left {', '.join(found)}: wait for it, or "
                f"run `python -m automation restore --clean --env {settings.environment}`"
            )

    def _prove(self, copy: DatabaseCopy, drill: Drill, settings: Settings) -> None:
        """Restore, and ask what the settings want to be asked."""
        checks = checks_of(settings)
        with self._progress.status(f"Restoring {drill.backup}"):
            copy.make(drill.backup)
            drill.restored = self._clock.now()
            questions = [{"name": each.name, "sql": each.sql} for each in checks]
            drill.verdicts = judge(checks, copy.answers(questions))
        if drill.sound:
            drill.passed = self._clock.now()

    def _keep(self, drill: Drill, settings: Settings, clients: Clients) -> None:
        """Leave the result where `verify` looks."""
        database = find(clients, identifiers(settings)[0])
        record = json.dumps(drill.record(database.get("DbiResourceId", "")))
        name = settings.naming.path(DRILL)
        clients.ssm.put_parameter(Name=name, Value=record, Type="String", Overwrite=True)
        tags = settings.naming.tags.items()
        clients.ssm.add_tags_to_resource(
            ResourceType="Parameter",
            ResourceId=name,
            Tags=[{"Key": key, "Value": value} for key, value in tags],
        )

    def _remove(self, remains: Remains) -> list[str]:
        """Take the copy away; what is left when that is interrupted, too."""
        self._tell("taking the copy away, which takes minutes")
        try:
            with self._progress.status("Taking the copy away"):
                return remains.remove(self._clock, self._tell)
        except KeyboardInterrupt:
            left = remains.found()
            command = f"python -m automation restore --clean --env {self._request.environment}"
            self._tell(f"left behind: {', '.join(left)}: `{command}` takes it away")
            raise

    def _clean(self, settings: Settings, clients: Clients) -> int:
        """Take away whatever copies are there; those of a drill that is under way, too."""
        if former(clients, settings) and identifiers(settings)[0] not in instances(clients):
            raise UserError("the names are half swapped, which docs/restore.md says how to mend")
        remains = Remains(clients, settings)
        removed = remains.found()
        left = self._remove(remains) if removed else []
        answer = {"ok": not left, "environment": settings.environment, "removed": removed}
        if self._request.as_json:
            print(json.dumps({**answer, "left": left}, indent=2))
        else:
            text = ", ".join(removed) or "nothing"
            word = "found, and not all of it removed" if left else "removed"
            self._console.print(f"{word}: {text}", markup=False, highlight=False, soft_wrap=True)
            for each in left:
                line = f"left behind: {each}"
                self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        return 1 if left else 0

    def _answer(self, drill: Drill) -> int:
        if self._request.as_json:
            print(json.dumps(drill.to_json(), indent=2))
        else:
            drill.show(self._console)
        return 0 if drill.ok else 1

    def _tell(self, line: str) -> None:
        self._say(f"{self._clock.now():%H:%M:%S} {line}")

    def _say(self, line: str) -> None:
        self._progress.print(line, markup=False, highlight=False, soft_wrap=True)


def _refuse_replicas(settings: Settings) -> None:
    """Replicas follow the instance that they were made of, whatever that is called."""
    if settings.database.read_replicas:
        raise UserError(
            "the database has read replicas, which would follow the one that is replaced: set "
            "database.read_replicas = 0, deploy, restore, and set it again"
        )


def restore(
    *,
    env: Environment = DEFAULT,
    drill: Annotated[
        bool,
        typer.Option("--drill", help="restore beside the database, check it, and take it away"),
    ] = False,
    at: Annotated[
        str | None,
        typer.Option("--at", help="a time such as 2026-11-30T12:00:00Z, not the newest backup"),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", help="a time, or a backup by its name: replace the database by it"),
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option("--confirm", help="the environment's prefix, instead of typing it"),
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="take away what an interrupted drill left")
    ] = False,
    as_json: Json = False,
) -> None:
    """Prove that a backup of the database can be restored, or replace the database by one."""
    request = RestoreRequest(
        environment=env,
        drill=drill,
        at=at,
        to=to,
        confirm=confirm,
        clean=clean,
        as_json=as_json,
    )
    raise typer.Exit(RestoreCommand(request, console=CONSOLE, progress=PROGRESS).run())
