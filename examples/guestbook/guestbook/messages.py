"""The guest book's messages, as they are stored."""

from dataclasses import dataclass
from datetime import UTC, datetime

from guestbook.database import Database

PAGE_SIZE = 20
LATEST = 2**63 - 1

_INSERT = (
    "INSERT INTO messages (submission, name, message, written_at) "
    "VALUES (?, ?, ?, UTC_TIMESTAMP(6)) ON DUPLICATE KEY UPDATE id = id"
)
_PAGE = "SELECT id, name, message, written_at FROM messages WHERE id < ? ORDER BY id DESC LIMIT ?"


@dataclass(frozen=True)
class Message:
    """What somebody wrote, and when."""

    id: int
    name: str
    text: str
    written_at: datetime


@dataclass(frozen=True)
class Page:
    """Some messages, the latest first, and where older ones go on."""

    messages: tuple[Message, ...]
    # The oldest one's number when there are older ones.
    before: int | None


class Messages:
    """Reads and writes messages."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, before: int = LATEST) -> Page:
        """Messages that are older than the one with a number."""
        rows = await self._database.run(_PAGE, before, PAGE_SIZE + 1)
        found = tuple(
            Message(id_, name, text, at.replace(tzinfo=UTC)) for id_, name, text, at in rows
        )
        shown = found[:PAGE_SIZE]
        return Page(shown, shown[-1].id if len(found) > PAGE_SIZE else None)

    async def write(self, *, submission: str, name: str, text: str) -> None:
        """Store a message once, however often it is submitted or the connection is lost."""
        await self._database.run(_INSERT, submission, name, text)
