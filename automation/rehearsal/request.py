"""What is asked of a rehearsal."""

from dataclasses import dataclass
from pathlib import Path

from automation.synthesis import OUTPUT, WORKSPACE


@dataclass(frozen=True, kw_only=True)
class Request:
    """An environment, and what to do with it."""

    environment: str
    keep: bool = False
    destroy: bool = False
    as_json: bool = False
    port: int = 0
    output: Path = OUTPUT
    workspace: Path = WORKSPACE

    @property
    def folder(self) -> Path:
        """Where the rehearsals of the environment keep what they need."""
        return self.workspace / "rehearsal" / self.environment

    @property
    def kept_file(self) -> Path:
        """Remembers the emulator that was left running."""
        return self.folder / "kept.json"
