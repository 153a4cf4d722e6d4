"""What a check of a live account found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`detail` says what was found and, on failure, what was expected; `remedy`, what to do."""

    tier: str
    what: str
    ok: bool
    detail: str
    remedy: str = ""

    @property
    def warning(self) -> bool:
        """Whether it holds, but there is still something to do about it."""
        return self.ok and bool(self.remedy)
