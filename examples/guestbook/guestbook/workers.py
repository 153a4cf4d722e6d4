"""As many processes as there are processors, on one socket."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time

from guestbook.environment import Environment

log = logging.getLogger(__name__)

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
# One that ends sooner than this would do so again.
_STARTED_SECONDS = 10


class Workers:
    """Starts them, replaces one that crashed, and ends them together."""

    def __init__(self, environment: Environment) -> None:
        self._count = environment.workers
        family = socket.AF_INET6 if ":" in environment.host else socket.AF_INET
        self._socket = socket.socket(family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((environment.host, environment.port))
        self._running: dict[int, tuple[subprocess.Popen[bytes], float]] = {}
        self._ending = False
        self._code = 0

    def run(self) -> int:
        """Run them until all have ended; 1 when one of them could not start, else 0."""
        # Blocked signals wait until we ask for them, so none comes at the wrong moment.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        for _ in range(self._count):
            self._start()
        while self._running:
            received = signal.sigwait(_SIGNALS)
            if received == signal.SIGCHLD:
                self._bury()
            else:
                self._end(received)
        return self._code

    def _start(self) -> None:
        descriptor = self._socket.fileno()
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "guestbook.server", str(descriptor), str(os.getpid())],
            pass_fds=[descriptor],
            # A terminal's Ctrl-C reaches this process alone, which passes it on once.
            process_group=0,
        )
        self._running[process.pid] = process, time.monotonic()

    def _bury(self) -> None:
        for process, started in list(self._running.values()):
            if process.poll() is None:
                continue
            del self._running[process.pid]
            if self._ending:
                continue
            log.error("a worker ended with code %d", process.returncode)
            if time.monotonic() - started < _STARTED_SECONDS:
                self._code = 1
                self._end(signal.SIGTERM)
            else:
                self._start()

    def _end(self, number: int) -> None:
        self._ending = True
        # Only they take connections from here on; the last to end closes the door.
        self._socket.close()
        for process, _ in self._running.values():
            process.send_signal(number)
