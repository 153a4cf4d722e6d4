"""`app`, apart from how it is typed."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from rich.console import Console

from artifact import ArtifactError, procfile
from automation.commands import settings_of
from automation.emulator import Emulator
from automation.errors import INTERRUPTED, CommandError, UserError
from automation.guards import alone, interruptible
from automation.local_app import contract, database_url
from automation.local_app.access import Access
from automation.local_app.mariadb import HOST, MariaDb
from automation.local_app.request import Request
from automation.wheels.applications import directory_of

_STOP_SECONDS = 30


class LocalApp:
    """One run of the command."""

    def __init__(self, request: Request, *, console: Console, progress: Console) -> None:
        self._request = request
        self._console = console
        self._progress = progress

    def run(self) -> int:
        """The exit code: 130 after Ctrl-C, which is how it usually ends, else the application's.

        Raises `UserError` for what the user can mend.
        """
        commands = _commands(self._request.folder)
        _refuse_taken(self._request.port)
        with alone(self._request.workspace, "the application is running"), interruptible():
            try:
                with self._database() as access, self._emulator() as emulator:
                    return self._serve(commands, access, emulator)
            except KeyboardInterrupt:
                self._progress.print("the application, its database and the emulator have ended")
                return INTERRUPTED

    @contextlib.contextmanager
    def _database(self) -> Iterator[Access]:
        url = self._request.database_url
        if url:
            yield database_url.parse(url)
            return
        with contextlib.ExitStack() as running:
            with self._progress.status("Starting MariaDB"):
                database = running.enter_context(MariaDb(self._request.workspace / "mariadb"))
            yield database.access

    def _emulator(self) -> Emulator:
        return Emulator(
            account_id=contract.ACCOUNT,
            region=contract.REGION,
            workspace=self._request.workspace / "emulator",
        )

    def _serve(self, commands: Mapping[str, str], access: Access, emulator: Emulator) -> int:
        secret_arn = contract.store_secret(emulator, access)
        port = self._request.port
        environ = contract.environment(emulator, access, secret_arn=secret_arn, port=port)
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
            contract.shell(command), cwd=self._request.folder, env=environ, start_new_session=True
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
