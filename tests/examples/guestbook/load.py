"""Visitors who read and write all the time, and note whatever goes wrong."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

from automation.app.database import HOST
from tests.examples.guestbook.site import Client


@dataclass
class Load:
    """What the visitors have seen; `losses` are requests without the answer they should have."""

    site: Client
    answers: int = 0
    losses: list[str] = field(default_factory=list)
    stored: list[str] = field(default_factory=list)
    slowest: float = 0
    ended: threading.Event = field(default_factory=threading.Event)
    # A load balancer sends nothing to who is not ready.
    turned_away: threading.Event = field(default_factory=threading.Event)

    def visit(self) -> None:
        connection = http.client.HTTPConnection(HOST, self.site.port, timeout=30)
        number = 0
        while not self.ended.is_set() and not self.turned_away.is_set():
            number += 1
            start = time.monotonic()
            try:
                self._write(connection) if number % 4 == 0 else self._read(connection)
            except (OSError, http.client.HTTPException) as error:
                self.losses.append(repr(error))
                connection.close()
            self.slowest = max(self.slowest, time.monotonic() - start)
        connection.close()

    def goes_on(self, answers: int = 40) -> None:
        """Wait until some more requests were answered, however busy the machine is."""
        enough, deadline = self.answers + answers, time.monotonic() + 60
        while self.answers < enough and time.monotonic() < deadline:
            time.sleep(0.02)

    def watch_readiness(self) -> None:
        while not self.ended.is_set():
            try:
                ready = self.site.get("/readyz").status == 200
            except OSError:
                ready = False
            if not ready:
                self.turned_away.set()
            time.sleep(0.1)

    def _read(self, connection: http.client.HTTPConnection) -> None:
        connection.request("GET", "/")
        self._expect(connection, 200)

    def _write(self, connection: http.client.HTTPConnection) -> None:
        text = uuid4().hex
        fields = {"submission": uuid4().hex, "name": "a visitor", "message": text}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.site.origin,
        }
        connection.request("POST", "/", urlencode(fields), headers)
        if self._expect(connection, 303):
            self.stored.append(text)

    def _expect(self, connection: http.client.HTTPConnection, status: int) -> bool:
        response = connection.getresponse()
        response.read()
        self.answers += 1
        if response.status != status:
            self.losses.append(f"{response.status} in place of {status}")
        return response.status == status


@contextmanager
def load(site: Client, *, visitors: int = 6, balanced: bool = False) -> Iterator[Load]:
    seen = Load(site)
    jobs: list[Callable[[], None]] = [seen.visit] * visitors
    if balanced:
        jobs.append(seen.watch_readiness)
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        seen.ended.set()
        for thread in threads:
            thread.join()
