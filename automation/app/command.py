"""`app`: the application with a database and an emulated Secrets Manager of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from artifact import ArtifactError, procfile
from automation import WORKSPACE
from automation.app import database as app_database
from automation.app.database import HOST, Access, MariaDb
from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, run, settings_of
from automation.emulator import Emulator
from automation.errors import CommandError, UserError
from automation.synth.wheels import directory_of

ACCOUNT, REGION = "123456789012", "us-west-2"
_SECRET = "local-database"  # noqa: S105 (a name)


def store_secret(emulator: Emulator, access: Access, name: str = _SECRET) -> str:
    """Put the login where the application looks for it; the secret's ARN."""
    login = json.dumps({"username": access.user, "password": access.password})
    client = emulator.client("secretsmanager")
    made = client.create_secret(Name=name, SecretString=login)
    return str(made["ARN"])


def environment(
    emulator: Emulator, access: Access, *, secret_arn: str, port: int
) -> Mapping[str, str]:
    """The environment of the application's processes; there is no secret in it."""
    inherited = emulator.isolate(os.environ)
    programs = Path(sys.executable).parent
    return {
        **inherited,
        # A collector for OpenTelemetry is on this machine, too.
        **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
        "PATH": os.pathsep.join((str(programs), inherited.get("PATH", os.defpath))),
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "DB_HOST": access.host,
        "DB_PORT": str(access.port),
        "DB_NAME": access.name,
        "DB_SECRET_ARN": secret_arn,
        "DB_TLS_CA": str(access.tls_ca or ""),
        "ASSETS_BASE_URL": "",
        "APP_VERSION": "local",
        "DRAIN_SECONDS": "0",
    }


def shell(command: str) -> Sequence[str]:
    """How a line of the Procfile is run, here as on an instance."""
    return ["/bin/bash", "-c", command]


@dataclass(frozen=True, kw_only=True)
class AppRequest:
    """A folder with a Procfile, and where it is to listen."""

    folder: Path
    port: int = 8080
    # None: a MariaDB of its own.
    database_url: str | None = None
    workspace: Path = WORKSPACE / "app"


_STOP_SECONDS = 30


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
        commands = _commands(self._request.folder)
        _refuse_taken(self._request.port)
        return run(
            partial(self._run, commands),
            progress=self._progress,
            interrupted="the application, its database and the emulator have ended",
            folder=self._request.workspace,
            busy="the application is running",
        )

    def _run(self, commands: Mapping[str, str]) -> int:
        with self._database() as access, self._emulator() as emulator:
            return self._serve(commands, access, emulator)

    @contextlib.contextmanager
    def _database(self) -> Iterator[Access]:
        url = self._request.database_url
        if url:
            yield app_database.parse(url)
            return
        with contextlib.ExitStack() as running:
            with self._progress.status("Starting MariaDB"):
                database = running.enter_context(MariaDb(self._request.workspace / "mariadb"))
            yield database.access

    def _emulator(self) -> Emulator:
        return Emulator(
            account_id=ACCOUNT,
            region=REGION,
            workspace=self._request.workspace / "emulator",
        )

    def _serve(self, commands: Mapping[str, str], access: Access, emulator: Emulator) -> int:
        secret_arn = store_secret(emulator, access)
        port = self._request.port
        environ = environment(emulator, access, secret_arn=secret_arn, port=port)
        if "release" in commands:
            with self._started(commands["release"], environ) as release:
                if release.wait() != 0:
                    raise CommandError(f"release: ended with code {release.returncode}")
        with self._started(commands["web"], environ) as web:
            self._console.print(f"http://{HOST}:{port} (Ctrl-C ends it)", highlight=False)
            return web.wait()

    @contextlib.contextmanager
    def _started(
        self, command: str, environ: Mapping[str, str]
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A running program, which is ended with the context at the latest."""
        process = subprocess.Popen(  # noqa: S603
            shell(command), cwd=self._request.folder, env=environ, start_new_session=True
        )
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    # A command of several programs has a shell before them.
    os.killpg(process.pid, signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def application_of(environment: str) -> Path:
    """The directory that the settings of an environment name; raises `UserError`."""
    return directory_of(settings_of(environment))


def _commands(folder: Path) -> Mapping[str, str]:
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
    env: Environment = DEFAULT,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="a directory with a Procfile, instead of its")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65_535, help="where it listens, on loopback")
    ] = 8080,
    database_url: Annotated[
        str | None,
        typer.Option(
            "--database-url", envvar="DATABASE_URL", help="mysql://…; else a MariaDB of its own"
        ),
    ] = None,
) -> None:
    """Run the application of an environment here, as its instances do."""
    request = AppRequest(folder=folder or application_of(env), port=port, database_url=database_url)
    raise typer.Exit(AppCommand(request, console=CONSOLE, progress=PROGRESS).run())
