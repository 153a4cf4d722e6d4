"""Approvals of blocking changes, each with a reason and an expiry date: `approvals.toml`."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.errors import UserError

APPROVALS = Path("approvals.toml")
# A change, by its stack and its address.
Key = tuple[str, str]
_KEYS = {"address", "stack", "until", "reason"}
_EXAMPLE = (
    'address = "aws_db_instance.…", until = 2030-01-31, reason = "…", stack = "…" if it helps'
)


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A reviewed entry: a blocking change of this resource may pass, up to and with a day."""

    address: str
    until: date
    reason: str
    stack: str = ""

    def covers(self, change: Key) -> bool:
        """Whether it is about this change; without a stack, the address in any stack."""
        stack, address = change
        return address == self.address and self.stack in ("", stack)

    def __str__(self) -> str:
        return f"{self.stack}: {self.address}" if self.stack else self.address


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Which approvals count for which of the changes."""

    used: Mapping[Key, Approval]
    expired: tuple[Approval, ...]
    unused: tuple[Approval, ...]

    def of(self, change: Key) -> Approval | None:
        """The approval of a change."""
        return self.used.get(change)


def load(file: Path) -> tuple[Approval, ...]:
    """The entries of a file; raises `UserError` that names the faulty one."""
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{file} cannot be read: {error}") from error
    entries = content.pop("approval", [])
    if content or not isinstance(entries, list):
        raise UserError(f"{file}: only [[approval]] is known: {_EXAMPLE}")
    return tuple(_parse(each, f"{file}: approval {n}") for n, each in enumerate(entries, start=1))


def settle(blocking: Collection[Key], approvals: Sequence[Approval], *, today: date) -> Ledger:
    """Find the approval of each blocking change."""
    valid = [each for each in approvals if each.until >= today]
    used = {
        change: approval
        for change in blocking
        for approval in reversed(valid)
        if approval.covers(change)
    }
    needed = {id(each) for each in valid if any(map(each.covers, blocking))}
    return Ledger(
        used=used,
        expired=tuple(each for each in approvals if each.until < today),
        unused=tuple(each for each in valid if id(each) not in needed),
    )


def _parse(entry: Any, place: str) -> Approval:
    if not isinstance(entry, dict) or not {"address", "until", "reason"} <= entry.keys() <= _KEYS:
        raise UserError(f"{place} needs exactly: {_EXAMPLE}")
    until = entry["until"]
    if not isinstance(until, date) or isinstance(until, datetime):
        raise UserError(f"{place}: until = {until!r} is no date: write until = 2030-01-31")
    for name in ("address", "reason", "stack"):
        value = entry.get(name, "-")
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"{place}: {name} = {value!r} is no text: {_EXAMPLE}")
    return Approval(**entry)


def today() -> date:
    """The day by which approvals expire, the same all over the world."""
    return datetime.now(UTC).date()


def approved(file: Path | None) -> tuple[Approval, ...]:
    """The approvals of a file, or of the project's if there is one; raises `UserError`."""
    default = PROJECT / APPROVALS
    if file is None:
        return load(default) if default.is_file() else ()
    return load(file)
