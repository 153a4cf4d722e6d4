import time

import pytest

from automation.app.database import MariaDb
from tests.examples.guestbook.load import load
from tests.examples.guestbook.site import Site

pytestmark = pytest.mark.slow


def test_the_application_outlives_its_database(site: Site, database: MariaDb) -> None:
    site.sign("Before", "the failure")
    database.kill()
    assert site.becomes("/readyz", 503)
    assert site.get("/readyz").text == "the database does not answer\n"
    assert site.get("/healthz").status == 200
    start = time.monotonic()
    answer = site.get()
    assert time.monotonic() - start < 15
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")
    assert "The guest book cannot be reached just now." in answer.text
    assert site.line(level="ERROR", logger="guestbook.application")
    database.start()
    assert site.becomes("/readyz", 200)
    assert "the failure" in site.get().text
    assert site.process.poll() is None


def test_a_database_that_restarts_loses_no_request(site: Site, database: MariaDb) -> None:
    with load(site) as seen:
        seen.goes_on()
        database.stop()
        database.start()
        seen.goes_on()
    assert seen.losses == []
    assert seen.answers >= 80
    texts = database.administer("SELECT message FROM guestbook.messages").splitlines()
    assert sorted(set(texts) & set(seen.stored)) == sorted(seen.stored)
