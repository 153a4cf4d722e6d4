from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.app.database import MariaDb
from automation.emulator import Emulator
from tests.examples.guestbook import site as sites
from tests.examples.guestbook.site import Site


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    with MariaDb(tmp_path_factory.mktemp("mariadb"), name="guestbook") as started:
        yield started


@pytest.fixture(scope="module")
def environ(emulator: Emulator, database: MariaDb) -> dict[str, str]:
    """The environment of the application, whose tables are there."""
    environ = sites.environment(emulator, database)
    released = sites.release(environ)
    assert released.returncode == 0, released.stdout + released.stderr
    return environ


@pytest.fixture(scope="module")
def site(environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with sites.running(environ, tmp_path_factory.mktemp("site") / "log") as started:
        yield started


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"
