import time

import pytest

from automation.app.database import MariaDb
from automation.emulator import Emulator
from tests.examples.guestbook.load import load
from tests.examples.guestbook.rotation import Rotation, lost_nothing, rotate_under_load
from tests.examples.guestbook.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def rotation(emulator: Emulator, database: MariaDb, environ: dict[str, str]) -> Rotation:
    return Rotation(emulator, database, environ["DB_SECRET_ARN"])


def test_a_rotation_loses_no_request(site: Site, database: MariaDb, rotation: Rotation) -> None:
    lost_nothing(rotate_under_load(site, rotation), database)


def test_a_password_that_is_stored_only_after_it_was_changed_loses_no_request(
    site: Site, database: MariaDb, rotation: Rotation
) -> None:
    with load(site) as seen:
        seen.goes_on()
        rotation.set_secret()
        time.sleep(2)
        rotation.create_secret("AWSCURRENT")
        seen.goes_on()
    lost_nothing(seen, database)
    told = [line for line in site.lines() if "Access denied" in line["message"]]
    assert 1 <= len(told) < 20
