"""One connection to the database."""

import asyncio
import socket
import ssl
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncmy

from guestbook.credentials import Login
from guestbook.environment import DatabaseAddress

Row = tuple[Any, ...]
# What was sent and nobody has acknowledged ends the connection: without it after a quarter of an
# hour, for which a waiting migration would not notice that its server is gone.
# https://man7.org/linux/man-pages/man7/tcp.7.html
_USER_TIMEOUT_MILLISECONDS = 10_000
_GOODBYE_SECONDS = 1


class Link:
    """A connection, and the statements that the server has prepared on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        # The driver forgets it where a statement was cancelled.
        self._transport = connection._transport
        self._prepared: dict[str, Any] = {}
        self.idle_since = time.monotonic()

    @classmethod
    async def open(
        cls, address: DatabaseAddress, login: Login, *, trust: ssl.SSLContext | None, seconds: float
    ) -> "Link":
        """Connect and log in; raises `TimeoutError` or what the driver does."""
        async with asyncio.timeout(seconds):
            connection = await asyncmy.connect(
                host=address.host,
                port=address.port,
                database=address.name,
                user=login.user,
                password=login.password,
                ssl=trust,
                charset="utf8mb4",
                autocommit=True,
            )
        link = cls(connection)
        link._transport.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MILLISECONDS
        )
        return link

    async def run(self, statement: str, *values: object) -> Sequence[Row]:
        """The rows of a statement; its values travel apart from its text, a `?` for each."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = await self._connection.prepare(statement)
        result = await prepared.execute(values)
        rows: Sequence[Row] = result.rows or ()
        return rows

    async def define(self, statement: str) -> None:
        """Run a statement that changes tables; MySQL does not prepare all of those."""
        await self._connection.query(statement)

    async def leave(self) -> None:
        """Say goodbye, so that the server forgets the connection at once, if it hears it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_SECONDS):
                await self._connection.ensure_closed()
        self.drop()

    def drop(self) -> None:
        """End the connection, whatever state it is in; a goodbye might never be answered."""
        self._transport.abort()
        self._connection.close()
