import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from guestbook.migrations.steps import MigrationError, Step, pending, steps

from artifact import procfile
from automation.app.database import MariaDb
from automation.app.processes import shell
from automation.emulator import Emulator
from tests.examples.guestbook import site as sites
from tests.examples.guestbook.site import FOLDER

FIRST, SECOND = Step("0001_a", "CREATE a"), Step("0002_b", "CREATE b")


def test_the_steps_are_in_order_and_of_one_statement_each() -> None:
    found = steps()
    versions = [step.version for step in found]
    assert versions == sorted(versions)
    assert versions[0] == "0001_messages"
    assert all(";" not in step.statement for step in found)


def test_what_is_done_is_not_done_again() -> None:
    done = {FIRST.version: FIRST.checksum}
    assert pending([FIRST, SECOND], done) == [SECOND]


def test_what_a_newer_release_did_is_left_alone() -> None:
    done = {each.version: each.checksum for each in (FIRST, SECOND)}
    assert pending([FIRST], done) == []


def test_a_step_may_not_change_after_it_was_done() -> None:
    with pytest.raises(MigrationError) as error:
        pending([FIRST, SECOND], {FIRST.version: "another", SECOND.version: "another"})
    assert str(error.value) == (
        "0001_a, 0002_b: changed after it was applied; restore it, add another instead"
    )


def test_releases_at_the_same_time_do_each_step_once(emulator: Emulator, database: MariaDb) -> None:
    environ = sites.environment(emulator, database)
    database.administer("DROP TABLE IF EXISTS guestbook.messages, guestbook.schema_migrations")
    command = shell(procfile.read(FOLDER)["release"])
    releases = [
        subprocess.Popen(  # noqa: S603
            command, cwd=FOLDER, env=environ, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    outputs = [release.communicate()[0] for release in releases]
    assert [release.returncode for release in releases] == [0, 0, 0]
    assert "".join(outputs).count("applied 0001_messages") == 1
    assert database.administer("SELECT version FROM guestbook.schema_migrations") == (
        "0001_messages\n"
    )
    assert "the tables are up to date, 0 steps were applied" in sites.release(environ).stdout


def test_a_release_waits_for_the_one_before(emulator: Emulator, database: MariaDb) -> None:
    environ = sites.environment(emulator, database)
    hold = "SELECT GET_LOCK('guestbook.migrations', 1); DO SLEEP(2);"
    holder = threading.Thread(target=database.administer, args=(hold,))
    holder.start()
    while not int(database.administer("SELECT IFNULL(IS_USED_LOCK('guestbook.migrations'), 0)")):
        time.sleep(0.01)
    start = time.monotonic()
    assert sites.release(environ).returncode == 0
    assert time.monotonic() - start > 1
    holder.join()


def failed(environ: Mapping[str, str], tmp_path: Path) -> tuple[int, str]:
    finished = sites.release({**environ, "TMPDIR": str(tmp_path)})
    assert finished.stderr == ""
    return finished.returncode, finished.stdout


def test_a_release_says_what_is_wrong(
    emulator: Emulator, database: MariaDb, tmp_path: Path
) -> None:
    environ = sites.environment(emulator, database)
    code, output = failed({**environ, "DB_NAME": "nothing"}, tmp_path)
    assert code == 1
    assert "a migration failed" in output
    assert "Access denied for user" in output
    code, output = failed({**environ, "DB_PORT": "x"}, tmp_path)
    assert code == 2
    assert "DB_PORT: received x; give a number, 1 to 65535" in output
