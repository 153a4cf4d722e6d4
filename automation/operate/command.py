"""`logs`, `exec` and `db`: what instances say, commands on them, and a way to the database."""

import json
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from automation.aws import connect
from automation.aws.clients import Clients
from automation.checks import MissingError
from automation.checks.configuration.database import find, identifiers
from automation.command import DEFAULT, PROGRESS, Environment, Json, run, settings_of
from automation.errors import INTERRUPTED, CommandError, UserError
from automation.operate import ApplicationInstance, RemoteCommand, choose
from automation.operate.logs import InstanceLogs, LogQuery, moment
from automation.operate.session import LOOPBACK, ManagedSession, SessionPlugin, local_port
from config import Settings

_LATELY = "1h"
# Of Run Command, unless told otherwise.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command-about-timeouts.html
_SECONDS = 3600
_LOOK_SECONDS = 1.0

Pause = Callable[[float], None]
Instance = Annotated[
    str | None,
    typer.Option("--instance", help="its id; else the one in service that runs longest"),
]


class EnvironmentOperator:
    """Who works in an environment's account, and is told what is done there."""

    def __init__(self, environment: str, *, progress: Console, pause: Pause = time.sleep) -> None:
        self.environment = environment
        self.pause = pause
        self._progress = progress

    def tell(self, text: str) -> None:
        """Print beside the output, which may be for a program."""
        self._progress.print(escape(text), highlight=False, soft_wrap=True)

    def run(self, work: Callable[[Clients, Settings], int], *, interrupted: str) -> int:
        """The exit code of work in the environment's account."""
        settings = settings_of(self.environment)
        return run(
            lambda: work(Clients(connect(settings), settings.region), settings),
            progress=self._progress,
            interrupted=interrupted,
        )

    def chosen(
        self, clients: Clients, settings: Settings, wanted: str | None
    ) -> ApplicationInstance:
        """The instance to work on, which is told; raises `UserError`."""
        found = choose(clients, settings, wanted)
        self.tell(f"on {found}")
        return found


def show_logs(
    operator: EnvironmentOperator,
    query: LogQuery,
    *,
    follow: bool = False,
    as_json: bool = False,
) -> int:
    """Print events; those that come, too, until Ctrl-C, to `follow` them."""

    def work(clients: Clients, settings: Settings) -> int:
        logs = InstanceLogs(clients, settings, query)
        found = False
        if follow:
            operator.tell(f"following {logs.group}; Ctrl-C ends it")
        for event in logs.follow(operator.pause) if follow else logs.read():
            found = True
            # A line at a time, for whoever reads it in a pipe.
            print(json.dumps(event.to_json()) if as_json else event, flush=follow)
        if not found:
            operator.tell(f"nothing was found in {logs.group}: {logs.streams()}")
        return 0

    return operator.run(work, interrupted="interrupted")


def execute(operator: EnvironmentOperator, instance: str | None, words: Sequence[str]) -> int:
    """Run a command on an instance; its exit code."""

    def work(clients: Clients, settings: Settings) -> int:
        on = operator.chosen(clients, settings, instance)
        command = RemoteCommand.send(
            clients.ssm,
            on.id,
            # A single word is a line of the shell; several are a command and its arguments.
            words[0] if len(words) == 1 else shlex.join(words),
            comment=f"terrace exec --env {settings.environment}",
            seconds=_SECONDS,
        )
        try:
            result = command.wait(_looks(operator.pause))
        except KeyboardInterrupt:
            command.cancel()
            raise
        print(result.output, end="")
        print(result.errors, end="", file=sys.stderr)
        if result.cut_off:
            operator.tell("the output is cut off: Systems Manager keeps 24,000 bytes")
        if not result.ran:
            raise CommandError(f"the command on {on.id}: {result.details}")
        return result.code

    return operator.run(work, interrupted="interrupted: the command was told to end")


def _looks(pause: Pause) -> Iterator[None]:
    """For as long as it takes: Systems Manager ends what takes too long."""
    while True:
        yield
        pause(_LOOK_SECONDS)


def open_shell(operator: EnvironmentOperator, instance: str | None) -> int:
    """Hold a shell on an instance until it ends; the plugin's exit code tells nothing of it."""

    def work(clients: Clients, settings: Settings) -> int:
        plugin = SessionPlugin.find()
        on = operator.chosen(clients, settings, instance)
        operator.tell(f"by {plugin}")
        code, _ = ManagedSession.shell(clients.ssm, on.id).hold(plugin)
        return code

    return operator.run(work, interrupted="interrupted: the session is ended")


@dataclass(frozen=True, kw_only=True)
class PrivateDatabase:
    """Where the database is in its network, and who signs in."""

    host: str
    port: int
    name: str
    username: str
    secret_arn: str

    @classmethod
    def of(cls, clients: Clients, settings: Settings) -> "PrivateDatabase":
        """The environment's primary; raises `UserError` while there is none."""
        try:
            found = find(clients, identifiers(settings)[0])
        except (MissingError, clients.rds.exceptions.DBInstanceNotFoundFault) as error:
            raise UserError(
                f"{settings.environment} has no database: "
                f"run `python -m automation deploy --env {settings.environment}`"
            ) from error
        secret = found.get("MasterUserSecret", {}).get("SecretArn")
        if secret is None:
            name = settings.naming.name("database-master")
            secret = clients.secretsmanager.describe_secret(SecretId=name)["ARN"]
        return cls(
            host=found["Endpoint"]["Address"],
            port=found["Endpoint"]["Port"],
            name=found["DBName"],
            username=found["MasterUsername"],
            secret_arn=secret,
        )


def open_tunnel(operator: EnvironmentOperator, instance: str | None, port: int | None) -> int:
    """Hold a port of this machine that leads to the database, until Ctrl-C."""

    def work(clients: Clients, settings: Settings) -> int:
        plugin = SessionPlugin.find()
        database = PrivateDatabase.of(clients, settings)
        local = local_port(port, database.port)
        on = operator.chosen(clients, settings, instance)
        operator.tell(f"by {plugin}")
        session = ManagedSession.tunnel(
            clients.ssm, on.id, host=database.host, port=database.port, local=local
        )
        print(
            f"host: {LOOPBACK}\nport: {local}\ndatabase: {database.name}\n"
            f"user: {database.username}\npassword: in {database.secret_arn}\n"
            f"leads to: {database.host}:{database.port}, which speaks TLS alone",
            flush=True,
        )
        code, ended_by_user = session.hold(plugin)
        if ended_by_user:
            operator.tell("the tunnel is closed")
            return INTERRUPTED
        # The plugin ends with 0 also when it had no session, or lost it.
        raise CommandError(f"the tunnel through {on.id} is closed, and not from here ({code})")

    return operator.run(work, interrupted="interrupted: the tunnel is closed")


def logs(
    *,
    env: Environment = DEFAULT,
    follow: Annotated[bool, typer.Option("--follow", help="show what comes, too")] = False,
    process: Annotated[
        str | None,
        typer.Option(
            "--process",
            help="a name in the Procfile, or boot; messages or cloud-init-output",
        ),
    ] = None,
    instance: Annotated[str | None, typer.Option("--instance", help="its id; else all")] = None,
    since: Annotated[
        str, typer.Option("--since", help="a time in ISO 8601, or an age such as 30m")
    ] = _LATELY,
    until: Annotated[str | None, typer.Option("--until", help="the same; else now")] = None,
    pattern: Annotated[
        str | None, typer.Option("--filter", help="a filter pattern of CloudWatch Logs")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show what instances log, in order of time (UTC)."""
    if follow and until is not None:
        raise UserError("--until is not for --follow: leave one of them out")
    now = datetime.now(UTC)
    query = LogQuery(
        since=moment(since, "--since", now),
        until=moment(until, "--until", now) if until else None,
        process=process,
        instance=instance,
        pattern=pattern,
    )
    if query.until is not None and query.until < query.since:
        raise UserError("--until is before --since: give a later time")
    operator = EnvironmentOperator(env, progress=PROGRESS)
    raise typer.Exit(show_logs(operator, query, follow=follow, as_json=as_json))


def exec(  # noqa: A001 (the command is called so)
    command: Annotated[
        list[str] | None, typer.Argument(help="after `--`; a shell if there is none")
    ] = None,
    *,
    env: Environment = DEFAULT,
    instance: Instance = None,
) -> None:
    """Open a shell on an instance, or run a command there."""
    operator = EnvironmentOperator(env, progress=PROGRESS)
    code = execute(operator, instance, command) if command else open_shell(operator, instance)
    raise typer.Exit(code)


class DatabaseAction(StrEnum):
    """What `db` does."""

    TUNNEL = "tunnel"


def db(
    action: Annotated[DatabaseAction, typer.Argument(help="what to do")],  # noqa: ARG001
    *,
    env: Environment = DEFAULT,
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="of this machine; else the database's"),
    ] = None,
    instance: Instance = None,
) -> None:
    """Open a tunnel to the database through an instance."""
    raise typer.Exit(open_tunnel(EnvironmentOperator(env, progress=PROGRESS), instance, port))
