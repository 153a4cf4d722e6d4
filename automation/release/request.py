"""What is asked of `release` and `rollback`."""

from dataclasses import dataclass
from pathlib import Path

from automation.synthesis import WORKSPACE


@dataclass(frozen=True, kw_only=True)
class Request:
    """An environment; `to` is how the SHA-256 of the release to go back to begins."""

    environment: str
    to: str | None = None
    yes: bool = False
    as_json: bool = False
    workspace: Path = WORKSPACE
