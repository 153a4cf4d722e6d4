"""The processes of a Procfile: started and ended as on an instance, and asked what it asks."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from artifact.contract import STOP_SECONDS
from automation.app.database import HOST
from automation.errors import CommandError

_POLL_SECONDS = 0.1
_ANSWER_SECONDS = 5
# The loopback of Linux has more addresses; only a server of every address answers on this one.
_OTHER_LOOPBACK = "127.0.0.2"
# Where nobody is, so that the system says by which of its addresses it would go there.
# https://www.rfc-editor.org/rfc/rfc5737
_NOWHERE = ("192.0.2.1", 9)


class EndedError(Exception):
    """`web` ended by itself."""

    def __init__(self, code: int) -> None:
        super().__init__(f"web: ended with code {code} before it answered /readyz with 200")
        self.code = code


def shell(command: str) -> Sequence[str]:
    """How a line of the Procfile is run, here as on an instance."""
    return ["/bin/bash", "-c", command]


class Running:
    """A running program, which is ended with the context at the latest."""

    def __init__(self, command: str, environ: Mapping[str, str], folder: Path) -> None:
        # Ctrl-C reaches Terrace, which then ends it as systemd would.
        self.process = subprocess.Popen(  # noqa: S603
            shell(command), cwd=folder, env=environ, start_new_session=True
        )
        self._over = False

    def __enter__(self) -> "Running":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self, seconds: float = STOP_SECONDS) -> bool:
        """Whether it ends within some seconds after SIGTERM; what is left of it is killed."""
        if self._over:
            return True
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
            return self.process.poll() is not None
        finally:
            self._over = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass(frozen=True)
class Questions:
    """What an instance asks `web`, and how long."""

    health_path: str = "/healthz"
    ready_seconds: float = 120
    stop_seconds: float = STOP_SECONDS

    def wait(self, web: Running, port: int) -> None:
        """Wait for /readyz; raises `EndedError`, or `CommandError` with all that fails as well."""
        deadline = time.monotonic() + self.ready_seconds
        while (status := _ask(HOST, port, "/readyz")) != 200:
            if web.process.poll() is not None:
                raise EndedError(web.process.returncode)
            if time.monotonic() > deadline:
                raise CommandError("\n".join([self._unready(port, status), *self._faults(port)]))
            time.sleep(_POLL_SECONDS)

    def faults(self, web: Running, port: int) -> Iterator[str]:
        """The points of the contract that a ready `web` fails, which it is asked to end for."""
        yield from self._faults(port)
        if not web.end(self.stop_seconds):
            yield (
                f"web: does not end within {self.stop_seconds:g} s after SIGTERM, and an instance "
                "kills it with open requests: have it end by itself"
            )

    def _unready(self, port: int, status: int | None) -> str:
        return (
            f"web: http://{HOST}:{port}/readyz has not answered 200 for {self.ready_seconds:g} s, "
            f"but {status or 'nothing'}: answer it once the database is reachable"
        )

    def _faults(self, port: int) -> Iterator[str]:
        status = _ask(HOST, port, self.health_path)
        if status is None:
            # What does not listen at all is no matter of addresses.
            return
        if status != 200:
            yield (
                f"web: {self.health_path} answers {status}, and the load balancer takes 200 alone"
            )
        address = outside()
        if address and _ask(address, port, self.health_path) is None:
            yield (
                f"web: listens on {HOST} alone, where the load balancer does not reach it: listen "
                "on 0.0.0.0"
            )


def outside() -> str | None:
    """An address of this machine that a server of 127.0.0.1 does not hear, if there is one."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind((_OTHER_LOOPBACK, 0))
        return _OTHER_LOOPBACK
    with socket.socket(type=socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(_NOWHERE)
        return str(probe.getsockname()[0])
    return None


def _ask(host: str, port: int, path: str) -> int | None:
    """The status of an answer; nothing where nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
