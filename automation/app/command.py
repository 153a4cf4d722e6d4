"""`app`: the application with a database and an emulated Secrets Manager of its own."""

import contextlib
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from artifact import ArtifactError, procfile
from automation import WORKSPACE
from automation.app import database as app_database
from automation.app.beside import beside
from automation.app.check import check as check_contract
from automation.app.database import HOST, Access, MariaDb, free_port
from automation.app.packages import prepare
from automation.app.processes import EndedError, Questions, Running
from automation.app.surroundings import SECRETS, environment, secrets_of, store_secret
from automation.command import (
    CONSOLE,
    DEFAULT,
    PROGRESS,
    Environment,
    Json,
    Yes,
    attended,
    run,
    settings_of,
)
from automation.emulator import Emulator
from automation.errors import CommandError, UserError
from automation.synth.wheels import directory_of
from config import Settings
from config.app import Process

ACCOUNT, REGION = "123456789012", "us-west-2"


@dataclass(frozen=True, kw_only=True)
class AppRequest:
    """A folder with a Procfile, what its processes get, and where it is to listen."""

    folder: Path
    port: int = 8080
    # None: a MariaDB of its own.
    database_url: str | None = None
    # Whether to change a database that is not its own without asking.
    yes: bool = False
    # Variables and secrets by their names.
    given: Mapping[str, str] = field(default_factory=dict, repr=False)
    # Beside web.
    processes: Sequence[Process] = ()
    # Those of Amazon Linux, of which one may be a Python.
    packages: Sequence[str] = ()
    questions: Questions = field(default_factory=Questions)
    region: str = REGION
    workspace: Path = WORKSPACE / "app"


def request_of(
    settings: Settings,
    *,
    folder: Path | None = None,
    port: int = 8080,
    database_url: str | None = None,
    yes: bool = False,
    secrets: Path = SECRETS,
    progress: Console = PROGRESS,
) -> AppRequest:
    """What the settings of an environment say, of another folder where one is named.

    Raises `UserError` for secrets that are not there.
    """
    app = settings.application.app
    tell = partial(progress.print, markup=False, highlight=False, soft_wrap=True)
    values = secrets_of(settings.environment, tuple(app.secrets), tell=tell, folder=secrets)
    return AppRequest(
        folder=folder or directory_of(settings),
        port=port,
        database_url=database_url,
        yes=yes,
        given={**app.variables, **values},
        processes=app.processes,
        packages=app.packages,
        questions=Questions(settings.application.health_check.path, app.ready_seconds),
        region=settings.region,
    )


class AppCommand:
    """One run of the command."""

    def __init__(self, request: AppRequest, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 130 after Ctrl-C, which is how it usually ends, else the application's.

        Raises `UserError` for what the user can mend.
        """
        commands = commands_of(self._request.folder)
        _refuse_taken(self._request.port)
        if not self._agreed(commands):
            self._tell("nothing was changed")
            return 1
        return run(
            partial(self._run, commands),
            progress=self._progress,
            interrupted="the application, its database and the emulator have ended",
            folder=self._request.workspace,
            busy="the application is running",
        )

    def _agreed(self, commands: Mapping[str, str]) -> bool:
        """Whether `release` may change the database; nobody is asked about one of its own."""
        url = self._request.database_url
        if url is None or self._request.yes or "release" not in commands:
            return True
        access = app_database.parse(url)
        attended("app", "add --yes, or leave DATABASE_URL out for a MariaDB of its own")
        question = f"Run `{commands['release']}` on {access.name} at {access.host}:{access.port}?"
        return typer.confirm(question, err=True)

    def _run(self, commands: Mapping[str, str]) -> int:
        request = self._request
        with self._progress.status("Installing what the application locks"):
            place = prepare(
                request.folder,
                packages=request.packages,
                workspace=request.workspace,
                tell=self._tell,
            )
        with self._database() as access, self._emulator() as emulator:
            secret_arn = store_secret(emulator, access)
            environ = environment(
                emulator,
                access,
                secret_arn=secret_arn,
                port=request.port,
                programs=place.programs,
                given=request.given,
            )
            self._release(commands, environ, place.folder)
            try:
                return self._serve(commands, environ, place.folder)
            except EndedError as error:
                self._tell(str(error))
                return error.code or 1

    @contextlib.contextmanager
    def _database(self) -> Iterator[Access]:
        url = self._request.database_url
        if url is not None:
            yield app_database.parse(url)
            return
        with contextlib.ExitStack() as running:
            with self._progress.status("Starting MariaDB"):
                database = running.enter_context(MariaDb(self._request.workspace / "mariadb"))
            yield database.access

    def _emulator(self) -> Emulator:
        return Emulator(
            account_id=ACCOUNT,
            region=self._request.region,
            workspace=self._request.workspace / "emulator",
        )

    def _release(
        self, commands: Mapping[str, str], environ: Mapping[str, str], folder: Path
    ) -> None:
        if "release" in commands:
            with Running(commands["release"], environ, folder) as release:
                if (code := release.process.wait()) != 0:
                    raise CommandError(f"release: ended with code {code}")

    def _serve(self, commands: Mapping[str, str], environ: Mapping[str, str], folder: Path) -> int:
        """Try it on another port, as instances do, and then serve on its own, beside the others."""
        command, processes = commands["web"], self._request.processes
        questions, port = self._request.questions, free_port()
        # Only an environment of an instance shows where it listens there.
        tried = {
            name: value
            for name, value in environ.items()
            if name != "HOST" or name in self._request.given
        }
        self._tell("trying `web` on another port, as an instance does")
        with Running(command, {**tried, "PORT": str(port)}, folder) as trial:
            questions.wait(trial, port)
            for fault in questions.faults(trial, port):
                self._tell(fault)
        with Running(command, environ, folder) as web:
            questions.wait(web, self._request.port)
            url = f"http://{HOST}:{self._request.port}"
            self._console.print(f"{url} (Ctrl-C ends it)", highlight=False)
            for name in sorted({*commands} - {*(each.name for each in processes), *procfile.OWN}):
                self._tell(f"{name}: is not run, as application.app.processes does not name it")
            others = {name: value for name, value in environ.items() if name != "PORT"}
            with beside(processes, commands, others, folder, tell=self._tell):
                return web.process.wait()

    def _tell(self, line: str) -> None:
        self._progress.print(line, markup=False, highlight=False, soft_wrap=True)


def commands_of(folder: Path) -> Mapping[str, str]:
    """The lines of a Procfile; raises `UserError`."""
    try:
        return procfile.read(folder)
    except ArtifactError as error:
        raise UserError(str(error)) from error


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise UserError(
                f"port {port} is taken: free it, or choose another with --port"
            ) from None


def app(
    *,
    directory: Annotated[
        Path | None, typer.Argument(help="a directory with a Procfile, instead of its")
    ] = None,
    env: Environment = DEFAULT,
    folder: Annotated[Path | None, typer.Option("--folder", help="the same as DIRECTORY")] = None,
    check: Annotated[
        bool, typer.Option("--check", help="say what of the contract fits, and run nothing")
    ] = False,
    as_json: Json = False,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65_535, help="where it listens, on loopback")
    ] = 8080,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", envvar="DATABASE_URL", help="mysql://…; else a MariaDB of its own"
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Run the application of an environment here, as its instances do."""
    if directory and folder:
        raise UserError(f"received {directory} and --folder {folder}: name one of them")
    named = directory or folder
    if check:
        raise typer.Exit(_check(env, named, as_json=as_json))
    if as_json:
        raise UserError("--json is for --check: add that, or leave it out")
    if named:
        # What is wrong with it is told before the environment's faults.
        commands_of(named)
    request = request_of(
        settings_of(env), folder=named, port=port, database_url=database_url or None, yes=yes
    )
    raise typer.Exit(AppCommand(request, console=CONSOLE, progress=PROGRESS).run())


def _check(environment: str, named: Path | None, *, as_json: bool) -> int:
    settings = settings_of(environment)
    configured = directory_of(settings)
    directory = named or configured
    own = directory.resolve() == configured.resolve()
    return check_contract(directory, settings, as_json=as_json, console=CONSOLE, own=own)
