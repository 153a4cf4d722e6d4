"""One process that answers requests, started by `guestbook.workers`."""

import asyncio
import logging
import os
import signal
import socket
import sys
from types import FrameType

import uvicorn

from guestbook import logs
from guestbook.application import create
from guestbook.environment import read
from guestbook.health import Health

log = logging.getLogger(__name__)

# Longer than the load balancer's: were it to send a request on a connection that is being closed
# here, the visitor would see an error.
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
_KEEP_ALIVE_SECONDS = 4000
_FINISH_SECONDS = 25
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Server(uvicorn.Server):
    """Goes on for a while after SIGTERM, so that those who send requests can turn elsewhere."""

    def __init__(
        self, config: uvicorn.Config, *, health: Health, drain_seconds: float, parent: int
    ) -> None:
        super().__init__(config)
        self._health = health
        self._drain_seconds = drain_seconds
        self._hurry = False
        self._parent = parent

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Be ready for signals first: those that came too early have waited until now."""
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (*_SIGNALS, signal.SIGCHLD))
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Whether to end: without its parent, nobody would tell this process."""
        self.should_exit = self.should_exit or os.getppid() != self._parent
        return await super().on_tick(counter)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the wish to end; Ctrl-C is in a hurry."""
        self._hurry = self._hurry or sig == signal.SIGINT
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that this is no longer ready, answer what still comes, then finish what is open."""
        self._health.ending = True
        deadline = asyncio.get_running_loop().time() + self._drain_seconds
        while not self._hurry and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)


def main() -> None:
    """Serve on a socket, for a parent; their numbers are the arguments."""
    logs.configure()
    # uvicorn sends itself the signal again once all is done; that must not look like a crash.
    for number in _SIGNALS:
        signal.signal(number, lambda *_: None)
    environment = read(os.environ)
    application, health = create(environment)
    config = uvicorn.Config(
        application,
        http="httptools",
        loop="uvloop",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    descriptor, parent = map(int, sys.argv[1:])
    drain = environment.drain_seconds
    server = Server(config, health=health, drain_seconds=drain, parent=parent)
    server.run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main()
