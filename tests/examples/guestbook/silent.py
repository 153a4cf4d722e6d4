"""A proxy before the database that can stop forwarding without a word, as a lost primary does."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from automation.app.database import HOST


@dataclass(eq=False)
class Connection:
    """Both ends of one; what comes in at either is forwarded while it is `alive`."""

    client: socket.socket
    server: socket.socket
    alive: bool = True
    threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        for ends in ((self.client, self.server), (self.server, self.client)):
            thread = threading.Thread(target=self._forward, args=ends)
            self.threads.append(thread)
            thread.start()

    def end(self) -> None:
        self._shut()
        for thread in self.threads:
            thread.join()
        for each in (self.client, self.server):
            each.close()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.alive:
                    target.sendall(data)
        if self.alive:
            self._shut()

    def _shut(self) -> None:
        for each in (self.client, self.server):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class Silence:
    """Forwards each connection, until it is hushed: it then stays open, and is dead."""

    def __init__(self, listener: socket.socket, port: int) -> None:
        self._listener = listener
        self._target = port
        self._connections: list[Connection] = []
        self.port: int = listener.getsockname()[1]

    def serve(self) -> None:
        """Until the listener is shut down."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                connection = Connection(client, socket.create_connection((HOST, self._target)))
                self._connections.append(connection)
                connection.start()

    def hush(self) -> int:
        """Have all that is open be dead; how many connections that are."""
        alive = [each for each in self._connections if each.alive and each.threads[0].is_alive()]
        for each in alive:
            each.alive = False
        return len(alive)

    def end(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for each in self._connections:
            each.end()


@contextmanager
def silence(port: int) -> Iterator[Silence]:
    """Before what listens on a port of this machine."""
    with socket.create_server((HOST, 0)) as listener:
        proxy = Silence(listener, port)
        thread = threading.Thread(target=proxy.serve)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.end()
            thread.join()
