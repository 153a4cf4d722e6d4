"""Links on which no answer comes any more, as after a primary that went away without a word."""

import asyncio
import dataclasses
import socket
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from guestbook import database as databases
from guestbook.credentials import Credentials, Login
from guestbook.database import Database
from guestbook.environment import DatabaseAddress
from guestbook.link import Link

from automation.app.database import MariaDb
from tests.examples.guestbook import site as sites
from tests.examples.guestbook.load import load
from tests.examples.guestbook.silent import Silence, silence

pytestmark = pytest.mark.slow

Outcome = TypeVar("Outcome")


@pytest.fixture
def proxy(database: MariaDb) -> Iterator[Silence]:
    with silence(database.access.port) as started:
        yield started


def ended(pool: Database, work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """What comes of work with the pool, whose connections are closed before the loop is."""

    async def run() -> Outcome:
        try:
            return await work
        finally:
            await pool.close()
            await asyncio.sleep(0.05)

    return asyncio.run(run())


@pytest.fixture
def pool(database: MariaDb, proxy: Silence) -> Database:
    access = dataclasses.replace(database.access, port=proxy.port)
    address = DatabaseAddress(
        host=access.host, port=access.port, name=access.name, tls_ca=access.tls_ca
    )
    login = Login(access.user, access.password)
    return Database(address, Credentials(lambda _: login))


def test_links_that_died_without_a_word_cost_no_request(
    environ: dict[str, str], database: MariaDb, proxy: Silence, log: Path
) -> None:
    changes = {"DB_PORT": str(proxy.port), "WEB_CONCURRENCY": "1"}
    with sites.running(environ, log, **changes) as site, load(site) as seen:
        seen.goes_on()
        dead = proxy.hush()
        assert dead > 1
        seen.goes_on(2)
        seen.goes_on()
    assert seen.losses == []
    assert seen.slowest < 8
    texts = database.administer("SELECT message FROM guestbook.messages").splitlines()
    assert sorted(set(texts) & set(seen.stored)) == sorted(seen.stored)


@pytest.mark.parametrize(("granted", "waited"), [(10, 3), (4, 2)])
def test_a_dead_link_takes_part_of_the_time_and_all_others_with_it(
    pool: Database, proxy: Silence, granted: float, waited: float
) -> None:
    async def run() -> float:
        await asyncio.gather(*(pool.run("SELECT SLEEP(0.1)") for _ in range(5)))
        assert proxy.hush() == 5
        start = time.monotonic()
        assert await pool.run("SELECT 1", seconds=granted) == ((1,),)
        took = time.monotonic() - start
        assert await pool.run("SELECT 1", seconds=granted / 4) == ((1,),)
        return took

    took = ended(pool, run())
    assert waited <= took < granted


def test_what_has_been_idle_for_long_is_not_asked(
    pool: Database, proxy: Silence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "_IDLE_SECONDS", 0.2)

    async def run() -> float:
        await pool.run("SELECT 1")
        assert proxy.hush() == 1
        await asyncio.sleep(0.3)
        start = time.monotonic()
        await pool.run("SELECT 1")
        return time.monotonic() - start

    # A link without an answer would take as long as an attempt may.
    assert ended(pool, run()) < 3


def test_nobody_waits_long_to_take_leave_of_a_dead_link(pool: Database, proxy: Silence) -> None:
    async def run() -> float:
        await asyncio.gather(*(pool.run("SELECT SLEEP(0.1)") for _ in range(5)))
        assert proxy.hush() == 5
        start = time.monotonic()
        await pool.close()
        return time.monotonic() - start

    assert ended(pool, run()) < 3


def test_what_nobody_acknowledges_ends_the_connection(pool: Database) -> None:
    async def run() -> int:
        async with pool.link() as link:
            return user_timeout(link)

    assert ended(pool, run()) == 10_000


def user_timeout(link: Link) -> int:
    raw = link._connection._transport.get_extra_info("socket")
    found: int = raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    return found
