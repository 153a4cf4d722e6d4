import os
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from guestbook import server
from guestbook.environment import Environment

from automation.app.database import MariaDb
from tests.conftest import Tiers
from tests.examples.guestbook import site as sites
from tests.examples.guestbook.load import load

pytestmark = pytest.mark.slow


def test_an_instance_gives_it_time_to_end(prod: Tiers) -> None:
    template = prod["application"].only("aws_launch_template")
    web = template["user_data"].partition("run-process web")[2]
    seconds = re.findall(r"TimeoutStopSec=(\d+)", web)[0]
    open_requests = server._FINISH_SECONDS
    assert int(seconds) >= Environment.drain_seconds + open_requests + 10


def workers(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_nothing_is_dropped_at_the_end(
    environ: dict[str, str], log: Path, database: MariaDb
) -> None:
    with (
        sites.running(environ, log, DRAIN_SECONDS="4") as site,
        load(site, balanced=True) as seen,
    ):
        seen.goes_on()
        site.process.send_signal(signal.SIGTERM)
        refusal = site.first("/readyz", 503)
        assert refusal is not None
        assert refusal.headers["connection"] == "close"
        assert site.process.wait(30) == 0
        assert seen.turned_away.is_set()
    assert seen.losses == []
    assert seen.answers >= 40
    texts = database.administer("SELECT message FROM guestbook.messages").splitlines()
    assert set(seen.stored) <= set(texts)


def test_an_open_request_is_answered_to_its_end(
    environ: dict[str, str], log: Path, database: MariaDb
) -> None:
    lock = "LOCK TABLES guestbook.messages WRITE; DO SLEEP(3); UNLOCK TABLES;"
    waiting = (
        "SELECT COUNT(*) FROM information_schema.processlist "
        "WHERE user = 'guestbook' AND state LIKE 'Waiting for table%'"
    )
    with sites.running(environ, log) as site, ThreadPoolExecutor() as pool:
        locked = pool.submit(database.administer, lock)
        time.sleep(0.5)
        request = pool.submit(site.get)
        while database.administer(waiting) == "0\n":
            assert not locked.done()
        assert site.stop() == 0
        assert request.result().status == 200
        locked.result()


def test_a_crashed_worker_is_replaced(environ: dict[str, str], log: Path) -> None:
    with sites.running(environ, log) as site:
        before = workers(site.process.pid)
        assert len(before) == 2
        time.sleep(10)
        os.kill(before[0], signal.SIGKILL)
        assert site.line(message="a worker ended with code -9")
        after = workers(site.process.pid)
        assert len(after) == 2
        assert before[0] not in after
        assert site.becomes("/healthz", 200)
        assert site.stop() == 0


def test_workers_do_not_outlive_their_parent(environ: dict[str, str], log: Path) -> None:
    with sites.running(environ, log) as site:
        orphans = workers(site.process.pid)
        site.stop(signal.SIGKILL)
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in orphans):
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_ctrl_c_does_not_wait_for_a_load_balancer(environ: dict[str, str], log: Path) -> None:
    with sites.running(environ, log, DRAIN_SECONDS="60") as site:
        start = time.monotonic()
        assert site.stop(signal.SIGINT) == 0
        assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"DB_HOST": ""}, "DB_HOST: absent; set it"),
        ({"PORT": "http"}, "PORT: received http; give a number, 1 to 65535"),
    ],
)
def test_a_wrong_environment_ends_it_at_once(
    environ: dict[str, str], log: Path, changes: dict[str, str], fault: str
) -> None:
    with pytest.raises(AssertionError, match=fault), sites.running(environ, log, **changes):
        pass
