"""A pool of connections that outlives lost connections, failovers and rotated passwords."""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from asyncmy.errors import OperationalError

from guestbook.credentials import Credentials, Login
from guestbook.environment import DatabaseAddress
from guestbook.faults import ACCESS_DENIED, RefusedError, passes
from guestbook.link import Link, Row
from guestbook.telemetry import query_span

log = logging.getLogger(__name__)

_PAUSES_SECONDS = (0, 0.1, 0.2, 0.4)
# A server that went away without a word, as a primary may, leaves links on which no answer comes.
_ATTEMPT_SECONDS = 3
# What has been idle for longer, firewalls and failovers may have ended without a word.
_IDLE_SECONDS = 60


class UnavailableError(Exception):
    """The database did not answer in time; the message is the last fault."""


class Database:
    """Runs statements that are safe to repeat; the rest of the application knows no others."""

    def __init__(
        self, address: DatabaseAddress, credentials: Credentials, *, connections: int = 10
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._trust = _trust(address)
        self._slots = asyncio.Semaphore(connections)
        self._renewal = asyncio.Lock()
        self._idle: list[Link] = []
        self._fault = ""

    async def run(self, statement: str, *values: object, seconds: float = 10) -> Sequence[Row]:
        """The rows of a statement that is safe to repeat, with a `?` for each of the values.

        Raises `UnavailableError` when it has not worked after some seconds of trying.
        """
        # Whatever time there is, a link without an answer leaves some for another.
        attempt_seconds = min(_ATTEMPT_SECONDS, seconds / 2)
        try:
            with query_span(statement):
                async with asyncio.timeout(seconds):
                    return await self._run_until_it_works(statement, values, attempt_seconds)
        except TimeoutError:
            raise UnavailableError(self._fault or "no connection was free") from None

    async def close(self) -> None:
        """Say goodbye on every connection that nobody uses."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(each.leave() for each in idle))

    @asynccontextmanager
    async def link(self) -> AsyncIterator[Link]:
        """A connection for one's own, which is dropped if anything goes wrong meanwhile."""
        async with self._slots:
            link = self._fresh() or await self._connect()
            try:
                yield link
            except BaseException:
                # Half an answer may still be on its way.
                link.drop()
                raise
            link.idle_since = time.monotonic()
            self._idle.append(link)

    def _fresh(self) -> Link | None:
        """The link that was used last, unless it has been idle for too long, as all then have."""
        if self._idle and time.monotonic() - self._idle[-1].idle_since > _IDLE_SECONDS:
            self._drop_idle()
        return self._idle.pop() if self._idle else None

    async def _run_until_it_works(
        self, statement: str, values: Sequence[object], attempt_seconds: float
    ) -> Sequence[Row]:
        attempt = 0
        while True:
            try:
                async with self.link() as link, asyncio.timeout(attempt_seconds):
                    rows = await link.run(statement, *values)
            except Exception as error:
                if not passes(error):
                    raise
                self._note(str(error) or type(error).__name__)
                self._drop_idle()
            else:
                self._note("")
                return rows
            await asyncio.sleep(_PAUSES_SECONDS[min(attempt, len(_PAUSES_SECONDS) - 1)])
            attempt += 1

    async def _connect(self) -> Link:
        """Connect with the login that worked last, else look for one that does, one at a time."""
        login = self._credentials.accepted
        if login is not None:
            with suppress(RefusedError):
                return await self._open(login)
        async with self._renewal:
            return await self._renew()

    async def _renew(self) -> Link:
        """Try every login; those that wait for their turn find the one that worked first."""
        refusal = RefusedError("the secret holds no login")
        async for login in self._credentials.candidates():
            try:
                link = await self._open(login)
            except RefusedError as refused:
                refusal = refused
                continue
            if login != self._credentials.accepted:
                log.info("logged in as %s", login.user)
                self._credentials.accepted = login
            return link
        raise refusal

    async def _open(self, login: Login) -> Link:
        try:
            return await Link.open(
                self._address, login, trust=self._trust, seconds=_ATTEMPT_SECONDS
            )
        except OperationalError as error:
            if error.args[0] == ACCESS_DENIED:
                raise RefusedError(error.args[1]) from error
            raise

    def _drop_idle(self) -> None:
        """Where one connection is lost, the others are, too."""
        while self._idle:
            self._idle.pop().drop()

    def _note(self, fault: str) -> None:
        """Log what changes: during an outage every request would say the same."""
        if fault != self._fault:
            log.warning("%s", fault or "the database answers again")
            self._fault = fault


def _trust(address: DatabaseAddress) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with a verified certificate; the driver then never goes on without."""
    if address.tls_ca is None:
        return None
    context = ssl.create_default_context(cafile=str(address.tls_ca))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
