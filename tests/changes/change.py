"""What a change of a running platform is, and how it may end."""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """How a change ends; what ends otherwise is a fault of the platform."""

    THROUGH = "goes through"
    """The review blocks nothing, what holds data stays, and the site is served meanwhile."""
    APPROVED = "goes through once it is approved"
    """The review blocks it, and says why; with an approval it goes through as the others do."""
    REFUSED = "is refused by the settings"
    """They say what to write in its place, before anything is planned."""
    BLOCKED = "is blocked, with the way to do it"
    """The review, or `deploy`, says so beforehand: an approval alone leads astray."""


class By(StrEnum):
    """The command that makes a change."""

    DEPLOY = "deploy"
    FIRST = "deploy, for the first time"
    RELEASE = "release"
    ROLLBACK = "rollback"
    ROTATE = "rotate"
    DESTROY = "destroy, then deploy"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Why a change does not end as it has to, and a part of each way in which that shows.

    `environment` is the only one whose settings show it, if it is not seen with all of them.
    """

    name: str
    seen: tuple[str, ...]
    environment: str = ""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Settings before and after, as TOML on top of the environment's, and how that has to end."""

    name: str
    before: str = ""
    after: str = ""
    by: By = By.DEPLOY
    end: End = End.THROUGH
    says: str = ""
    """What the settings, the review, or the command, have to say."""
    loses: tuple[str, ...] = ()
    """What an approval agrees to lose, as `kept` names it."""
    planned_by: str = "plan"
    """The role that plans once more afterwards."""
    fails: Fact | None = None
    gate: bool = True
    """Whether it is part of the gate; else only the whole catalogue has it."""
