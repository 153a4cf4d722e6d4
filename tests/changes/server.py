"""`python -m tests.changes.server`: the emulator, and copies of it, each with a port of its own.

A copy is a fork of the process: a deployed account is there again within milliseconds, and what is
then done to either leaves the other alone. Who wants one asks a host that is none of AWS's.
"""

import json
import logging
import os
import signal
import sys
import threading
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from automation.emulator import server
from tests.changes.refusals import Refusals
from tests.faults.calls import Call

if TYPE_CHECKING:
    from automation.emulator.calls import Response
    from automation.emulator.proxy import Proxy
    from tests.changes.site import Watch

log = logging.getLogger(__name__)

HOST = "copies.changes.test"
COPY, SEEN, STUCK = "/copy", "/seen", "/stuck"


class Copying:
    """Takes the dispatcher's place: one request at a time, after each a look at the site."""

    def __init__(self, proxy: "Proxy", watch: "Watch") -> None:
        self._proxy = proxy
        self._inner = proxy.dispatcher
        self._watch = watch
        self._refusals = Refusals()
        self._one_at_a_time = threading.Lock()

    def emulates(self, host: str) -> bool:
        """AWS's hosts, and the one that copies."""
        return host == HOST or self._inner.emulates(host)

    def answer(self, method: str, url: str, headers: Any, body: bytes) -> "Response":
        """A copy, what was seen, or else whatever the emulator answers."""
        with self._one_at_a_time:
            if url == f"https://{HOST}{COPY}":
                return HTTPStatus.OK, {}, self._copy()
            if url == f"https://{HOST}{SEEN}":
                return HTTPStatus.OK, {}, json.dumps(self._watch.seen)
            if url == f"https://{HOST}{STUCK}":
                return HTTPStatus.OK, {}, json.dumps(self._refusals.stuck)
            answer = self._inner.answer(method, url, headers, body)
            call = Call.of(method, url, headers, body)
            self._refusals.note(call, body, answer[0], answer[2])
            try:
                self._watch.look(call)
            except Exception as error:
                log.exception("cannot look at the site")
                self._watch.seen.append((url, "the site", f"{type(error).__name__}: {error}"))
            return answer

    def _copy(self) -> bytes:
        """Where the copy listens, as it says itself; no other request is under way."""
        reading, writing = os.pipe()
        if os.fork() == 0:
            os.close(reading)
            self._go_on(writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            return pipe.read()

    def _go_on(self, pipe: int) -> None:
        """Serve from here on, with the authority that clients trust already."""
        self._one_at_a_time = threading.Lock()
        self._watch.seen.clear()
        self._refusals.clear()
        copy = type(self._proxy)(0, self)
        copy.authority = self._proxy.authority
        self._proxy = copy
        threading.Thread(target=_end_with_parent, daemon=True).start()
        os.write(pipe, json.dumps({"port": copy.server_port, "pid": os.getpid()}).encode())
        os.close(pipe)
        try:
            copy.serve_forever(poll_interval=60)
        finally:
            os._exit(1)


def _end_with_parent() -> None:
    """As the emulator does; whose thread reads `sys.stdin` already, and left its lock behind."""
    while os.read(sys.stdin.fileno(), 1):
        continue
    os._exit(0)


def main() -> int:
    """As the emulator's own, but for who answers."""
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO)
    # moto reads its environment as it is imported.
    server._configure(server._arguments().account_id)
    from automation.emulator import proxy  # noqa: PLC0415
    from tests.changes import refresh  # noqa: PLC0415
    from tests.changes.site import Watch  # noqa: PLC0415

    class Serving(proxy.Proxy):
        def __init__(self, port: int, dispatcher: proxy.Answering) -> None:
            super().__init__(port, dispatcher)
            if not isinstance(dispatcher, Copying):
                self.dispatcher = Copying(self, Watch())

    refresh.install()
    proxy.Proxy = Serving  # type: ignore[misc]
    # Nobody waits for copies that end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    return server.main()


if __name__ == "__main__":
    sys.exit(main())
