"""One connection to the database."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

import asyncmy

from guestbook.credentials import Login
from guestbook.environment import DatabaseAddress

Row = tuple[Any, ...]


class Link:
    """A connection, and the statements that the server has prepared on it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._prepared: dict[str, Any] = {}

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
        return cls(connection)

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
        """Say goodbye, so that the server forgets the connection at once."""
        await self._connection.ensure_closed()

    def drop(self) -> None:
        """End the connection, whatever state it is in."""
        self._connection.close()
