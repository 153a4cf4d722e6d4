"""What is asked of `plan` and `deploy`."""

from dataclasses import dataclass
from pathlib import Path

from automation.synthesis import WORKSPACE


@dataclass(frozen=True, kw_only=True)
class Request:
    """An environment, the tiers that are meant (none: all), and what to do with them.

    `out` keeps the plans that were made, `plans` applies such plans, and `unlock` takes away the
    lock that a run left on a stack when it died.
    """

    environment: str
    tiers: tuple[str, ...] = ()
    yes: bool = False
    as_json: bool = False
    out: Path | None = None
    plans: Path | None = None
    unlock: str | None = None
    workspace: Path = WORKSPACE

    @property
    def folder(self) -> Path:
        """Where deployments of the environment keep what they need.

        Stacks are synthesized here rather than to `cdktf.out`, where somebody may synthesize
        another environment while Terraform is still at work.
        """
        return self.workspace / "deployment" / self.environment

    @property
    def runs(self) -> Path:
        """The logs of all runs."""
        return self.workspace / "runs"
