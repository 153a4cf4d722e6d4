"""Which tiers a command is meant for."""

import difflib
from collections.abc import Sequence

from automation.checks.state import STACKS
from automation.errors import UserError


def choose(tiers: Sequence[str]) -> tuple[str, ...]:
    """The tiers that are named, or all of them; raises `UserError` for one that does not exist."""
    unknown = [tier for tier in tiers if tier not in STACKS]
    if unknown:
        raise UserError("; ".join(map(_remedy, unknown)))
    return tuple(tier for tier in STACKS if tier in tiers or not tiers)


def _remedy(tier: str) -> str:
    close = difflib.get_close_matches(tier, STACKS, n=1)
    hint = f"did you mean {close[0]}?" if close else f"use any of {', '.join(STACKS)}"
    return f'there is no tier "{tier}": {hint}'
