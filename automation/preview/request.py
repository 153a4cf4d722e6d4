"""What is asked of a preview."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from automation.review.command import today
from automation.synthesis import PROJECT, WORKSPACE


@dataclass(frozen=True, kw_only=True)
class Request:
    """An environment, what to compare the working tree with, and where to write the review."""

    environment: str
    base: str
    out: Path
    dirty: bool = False
    """Whether changes that are not committed may be in it, too."""
    approvals: Path | None = None
    """The file in the project, if there is one, when none is named."""
    as_json: bool = False
    project: Path = PROJECT
    workspace: Path = WORKSPACE
    today: Callable[[], date] = field(default=today)

    @property
    def folder(self) -> Path:
        """Where previews of the environment keep what they need."""
        return self.workspace / "preview" / self.environment
