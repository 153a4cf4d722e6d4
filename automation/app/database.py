"""The application's database: a MariaDB server on loopback, over TLS only, or the user's own."""

import contextlib
import os
import secrets
import shutil
import signal
import socket as sockets
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from automation import programs
from automation.emulator.proxy import Authority
from automation.errors import CommandError, UserError


@dataclass(frozen=True)
class Access:
    """A database, a user of it, and whom to trust."""

    host: str
    port: int
    name: str
    user: str
    password: str = field(repr=False)
    # None where the connection needs no TLS, as it stays on this machine.
    tls_ca: Path | None


HOST = "127.0.0.1"
_START_SECONDS = 60
_STOP_SECONDS = 30
MISSING = "{0} is missing: {1}, or set DATABASE_URL=mysql://user:password@host:port/name"


def find(program: str) -> str:
    """The path of one of MariaDB's programs; raises `UserError` when it is not installed."""
    found = programs.find(program)
    if found is None:
        raise UserError(
            MISSING.format(program, programs.remedy([programs.MARIADB], programs.system()))
        )
    return found


class MariaDb:
    """Keeps its data in a folder; runs for as long as the context lasts.

    `name` is that of a database, and of a user who may do everything in it.
    """

    def __init__(self, folder: Path, *, name: str = "app") -> None:
        self._programs = {
            each: find(each) for each in ("mariadbd", "mariadb-install-db", "mariadb")
        }
        self._folder = folder
        # The path of a socket may have a hundred characters only, and a folder may be deep.
        self._short = Path(tempfile.mkdtemp(prefix="terrace-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.log = folder / "mariadb.log"
        self.access = Access(
            HOST, free_port(), name, name, secrets.token_urlsafe(24), folder / "ca.pem"
        )

    def __enter__(self) -> Self:
        self._install()
        self._certify()
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self._short, ignore_errors=True)

    def start(self) -> None:
        """Start the server on what is in the folder, and wait until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self._programs["mariadbd"], *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C must reach the application first.
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = self.log.read_text(errors="replace")[-2000:]
                raise CommandError(f"MariaDB did not start:\n{log_text.strip()}")
            time.sleep(0.05)
        self.administer(self._grants())

    def stop(self) -> None:
        """End the server as it should be ended."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a failure would."""
        self._end(signal.SIGKILL)

    def administer(self, statements: str) -> str:
        """What the server answers its administrator; passwords go no way that others see."""
        client = [self._programs["mariadb"], "--no-defaults", f"--socket={self.socket}"]
        finished = subprocess.run(  # noqa: S603
            [*client, "--user=root", "--batch", "--skip-column-names"],
            input=statements,
            capture_output=True,
            text=True,
            check=False,
        )
        if finished.returncode != 0:
            raise CommandError(f"MariaDB refused: {finished.stderr.strip()}")
        return finished.stdout

    @property
    def socket(self) -> Path:
        """Where administrators get in."""
        return self._short / "socket"

    def _install(self) -> None:
        """Make the server's own tables, unless they are there."""
        data = self._folder / "data"
        if (data / "mysql").is_dir():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(data, ignore_errors=True)
        command = [self._programs["mariadb-install-db"], "--no-defaults", f"--datadir={data}"]
        # Only this machine's user reaches the socket, so its root needs no password.
        command += ["--auth-root-authentication-method=normal", "--skip-test-db"]
        command += self._everywhere()
        finished = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            shutil.rmtree(data, ignore_errors=True)
            said = (finished.stdout + finished.stderr)[-4000:]
            raise CommandError(f"MariaDB could not be set up:\n{said.strip()}")

    def _certify(self) -> None:
        authority = Authority()
        (self._folder / "ca.pem").write_text(authority.pem, encoding="ascii")
        server = self._folder / "server.pem"
        server.touch(mode=0o600)
        server.write_text(authority.sign(HOST), encoding="ascii")

    def _options(self) -> list[str]:
        server = self._folder / "server.pem"
        return [
            "--no-defaults",
            f"--datadir={self._folder / 'data'}",
            f"--socket={self.socket}",
            f"--pid-file={self._short / 'pid'}",
            f"--bind-address={HOST}",
            f"--port={self.access.port}",
            f"--ssl-cert={server}",
            f"--ssl-key={server}",
            "--require-secure-transport=ON",
            "--skip-name-resolve",
            "--innodb-buffer-pool-size=64M",
            *self._everywhere(),
        ]

    def _everywhere(self) -> list[str]:
        """What the server has to be told when it makes its tables, too."""
        # A server that starts deletes what looks like temporary tables, those of others as well.
        return [f"--tmpdir={self._short}", *_as_root()]

    def _grants(self) -> str:
        name, user = self.access.name, f"{self.access.user}@'%'"
        return (
            f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4;\n"
            f"CREATE USER IF NOT EXISTS {user};\n"
            f"GRANT ALL ON {name}.* TO {user};\n"
            f"ALTER USER {user} IDENTIFIED BY '{self.access.password}' REQUIRE SSL;\n"
        )

    def _answers(self) -> bool:
        with sockets.socket(sockets.AF_UNIX) as probe, contextlib.suppress(OSError):
            probe.connect(str(self.socket))
            # A server that starts accepts connections before it greets them.
            probe.settimeout(1)
            return bool(probe.recv(1))
        return False

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _as_root() -> list[str]:
    """Root has to say that it means to be the server's user, as in a container."""
    return ["--user=root"] if os.geteuid() == 0 else []


def free_port() -> int:
    """A port on which nothing listens now."""
    with sockets.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


_FORM = "mysql://user:password@host:port/name, with ?ssl_ca=file where TLS needs an authority"


def parse(url: str) -> Access:
    """What the URL says; raises `UserError` without telling the password."""
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        raise _refusal(url) from None
    name = parts.path.removeprefix("/")
    if (
        not (parts.scheme in ("mysql", "mariadb") and parts.username and parts.hostname and name)
        or "/" in name
    ):
        raise _refusal(url)
    authority = parse_qs(parts.query).get("ssl_ca", [""])[0]
    if authority and not Path(authority).is_file():
        raise UserError(f"{_given_by(url)}: ssl_ca is {authority}; name a file of certificates")
    return Access(
        host=parts.hostname,
        port=port,
        name=unquote(name),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        tls_ca=Path(authority).resolve() if authority else None,
    )


def _refusal(url: str) -> UserError:
    scheme, _, rest = url.partition("://")
    shown = f"{scheme}://...@{rest.rpartition('@')[2]}" if rest else "something else"
    return UserError(f"{_given_by(url)}: received {shown}; give {_FORM}")


def _given_by(url: str) -> str:
    return "DATABASE_URL" if url == os.environ.get("DATABASE_URL") else "--database-url"
