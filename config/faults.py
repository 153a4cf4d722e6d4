"""What is wrong with a configuration, and how to put it right."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from config.settings import Settings


_LONGEST = 200


@dataclass(frozen=True)
class Fault:
    """One fault: the TOML key, the value received and the remedy.

    `involves` names further keys whose values led to the fault.
    """

    key: str
    received: object
    remedy: str
    involves: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.key}: received {self.received}; {self.remedy}"


def printable(text: str) -> str:
    """A text in one line, without what a terminal would not show or would obey."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def shown(value: object) -> str:
    """A value as it was received, in one line that does not fill the screen."""
    text = printable(json.dumps(value, default=str, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"


class ConfigError(Exception):
    """A configuration cannot be used; carries every fault that was found.

    `repaired` has defaults in the place of what is faulty, so that more can be looked at.
    """

    def __init__(
        self, source: str, faults: Sequence[Fault], repaired: "Settings | None" = None
    ) -> None:
        self.source = source
        self.repaired = repaired
        self.faults = tuple(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = [f"{source}: {count}", *(f"  {fault}" for fault in faults)]
        super().__init__("\n".join(lines))

    def concerns(self, *keys: str) -> bool:
        """Whether a fault lies at one of these keys, or inside or around it."""
        return overlap(keys, [fault.key for fault in self.faults])


def overlap(keys: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one of the keys is one of the others, or inside or around it."""
    return any(
        key == other
        or key.startswith((f"{other}.", f"{other}["))
        or other.startswith((f"{key}.", f"{key}["))
        for key in keys
        for other in others
    )
