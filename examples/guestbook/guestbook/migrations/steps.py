"""Which steps there are, which are done, and how the others are."""

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guestbook.database import Database
from guestbook.link import Link

log = logging.getLogger("guestbook.migrations")

_FOLDER = Path(__file__).parent
_LOCK_SECONDS = 120
_DONE = (
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    "version VARCHAR(100) NOT NULL PRIMARY KEY, checksum CHAR(64) NOT NULL, "
    "applied_at DATETIME(6) NOT NULL) ENGINE = InnoDB DEFAULT CHARACTER SET = ascii"
)

_NOTE = "INSERT INTO schema_migrations VALUES (?, ?, UTC_TIMESTAMP(6))"


class MigrationError(Exception):
    """The tables cannot be brought up to date; the message says why, and what to do."""


@dataclass(frozen=True)
class Step:
    """One statement; MySQL cannot undo half a file of them."""

    version: str
    statement: str

    @property
    def checksum(self) -> str:
        """Tells whether a step was changed after it was done."""
        return hashlib.sha256(self.statement.encode()).hexdigest()


def steps(folder: Path = _FOLDER) -> Sequence[Step]:
    """Every step, in the order of the files' names."""
    return [
        Step(file.stem, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.sql"))
    ]


def pending(steps: Iterable[Step], done: Mapping[str, str]) -> Sequence[Step]:
    """The steps that are still to be done; raises `MigrationError` when a done one was changed.

    What a newer release did is left alone: a release can be rolled back past it.
    """
    changed = [
        step.version for step in steps if done.get(step.version, step.checksum) != step.checksum
    ]
    if changed:
        raise MigrationError(
            f"{', '.join(changed)}: changed after it was applied; restore it, add another instead"
        )
    return [step for step in steps if step.version not in done]


async def migrate(database: Database, *, name: str, folder: Path = _FOLDER) -> None:
    """Do what is still to be done; others that try meanwhile wait, and find it done."""
    await database.run("SELECT 1", seconds=60)
    lock = f"{name}.migrations"
    async with database.link() as link:
        await _lock(link, lock)
        await link.define(_DONE)
        done = await link.run("SELECT version, checksum FROM schema_migrations")
        todo = pending(steps(folder), dict(done))
        for step in todo:
            await link.define(step.statement)
            await link.run(_NOTE, step.version, step.checksum)
            log.info("applied %s", step.version)
        log.info("the tables are up to date, %d steps were applied", len(todo))
        # Otherwise the lock ends with the connection.
        await link.run("SELECT RELEASE_LOCK(?)", lock)


async def _lock(link: Link, name: str) -> None:
    """Wait for the others: https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html."""
    answer = await link.run("SELECT GET_LOCK(?, ?)", name, _LOCK_SECONDS)
    if answer[0][0] != 1:
        raise MigrationError(f"another release has held {name} for {_LOCK_SECONDS} s; end it")
