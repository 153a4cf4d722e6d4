"""What a change of a running platform is, and how it may end."""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """How a change ends; what ends otherwise is a fault of the platform."""

    THROUGH = "goes through"
    """Nobody has to agree to anything; what holds data stays, and the site is served meanwhile."""
    APPROVED = "goes through once it is approved"
    """The review blocks it, and says why; with an approval it goes through as the others do."""
    REFUSED = "is refused by the settings"
    """They say what to write in its place, before anything is planned."""
    BLOCKED = "is blocked by the review"
    """What it says is the way to do it: an approval alone would lead to no good end."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Settings before and after, as TOML on top of the environment's, and how that has to end.

    What `fact` names does not hold today: the fault is described there, and `seen` is how the
    change ends now.
    """

    name: str
    before: str = ""
    after: str = ""
    end: End = End.THROUGH
    says: str = ""
    """What the settings, or the review, have to say."""
    fact: str = ""
    seen: str = ""
    always: bool = True
    """Whether it is part of the gate; else only the whole catalogue has it."""
