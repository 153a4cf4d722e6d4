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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.emulator import server
from tests.faults.calls import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.emulator.calls import Response
    from automation.emulator.proxy import Proxy
    from automation.emulator.refusals import Refusals
    from tests.changes.site import Watch

log = logging.getLogger(__name__)

HOST = "copies.changes.test"
COPY, SEEN = "/copy", "/seen"


def of_copy(stubborn: Path, pid: int) -> Path:
    """The file in which a copy tells of a refusal that is retried in vain."""
    return stubborn.with_stem(f"{stubborn.stem}-{pid}")


class Copying:
    """Takes the dispatcher's place: one request at a time, after each a look at the site."""

    def __init__(
        self, proxy: "Proxy", watch: "Watch", refusals: "Callable[[int], Refusals]"
    ) -> None:
        self._proxy = proxy
        self._inner = proxy.dispatcher
        self._watch = watch
        self._refusals_of = refusals
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
            answer = self._inner.answer(method, url, headers, body)
            call = Call.of(method, url, headers, body)
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
        vars(self._inner)["_refusals"] = self._refusals_of(os.getpid())
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
    arguments = server._arguments()
    server._configure(arguments.account_id)
    from automation.emulator import proxy  # noqa: PLC0415
    from automation.emulator.refusals import Refusals  # noqa: PLC0415
    from tests.changes import refresh  # noqa: PLC0415
    from tests.changes.site import Watch  # noqa: PLC0415

    def refusals_of(copy: int) -> Refusals:
        return Refusals(of_copy(arguments.stubborn, copy))

    class Serving(proxy.Proxy):
        def __init__(self, port: int, dispatcher: proxy.Answering) -> None:
            super().__init__(port, dispatcher)
            if not isinstance(dispatcher, Copying):
                self.dispatcher = Copying(self, Watch(), refusals_of)

    refresh.install()
    proxy.Proxy = Serving  # type: ignore[misc]
    # Nobody waits for copies that end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    return server.main()


if __name__ == "__main__":
    sys.exit(main())
