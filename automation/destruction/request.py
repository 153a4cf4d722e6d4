"""What is asked of `destroy`."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from automation.synthesis import WORKSPACE, synthesize
from automation.tiers import Synthesize


def typed() -> str:
    """What the user types."""
    return sys.stdin.readline().strip()


@dataclass(frozen=True, kw_only=True)
class Request:
    """An environment, or tiers of it; `confirm` is its prefix, which otherwise is asked for."""

    environment: str
    tiers: tuple[str, ...] = ()
    confirm: str | None = None
    as_json: bool = False
    ask: Callable[[], str] = typed
    synthesize: Synthesize = synthesize
    workspace: Path = WORKSPACE

    @property
    def folder(self) -> Path:
        """Where Terraform works meanwhile."""
        return self.workspace / "destroy" / self.environment
