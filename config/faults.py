"""What is wrong with a configuration, and how to put it right."""

from collections.abc import Sequence
from dataclasses import dataclass


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


class ConfigError(Exception):
    """A configuration cannot be used; carries every fault that was found."""

    def __init__(self, source: str, faults: Sequence[Fault]) -> None:
        self.source = source
        self.faults = tuple(faults)
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        lines = [f"{source}: {count}", *(f"  {fault}" for fault in faults)]
        super().__init__("\n".join(lines))
