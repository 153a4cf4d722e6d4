"""Which tiers an environment has, and which of them a command is meant for."""

import difflib
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from automation.errors import UserError
from automation.graph import dependencies, in_order
from automation.synthesis import Stack, Synthesis, synthesize

Synthesize = Callable[[str, Path], Synthesis]
# Which tiers there are does not depend on what is released: any published release will do, and the
# application's directory is left alone.
_ANY_RELEASE = "0" * 64
outline: Synthesize = partial(synthesize, release=_ANY_RELEASE)


def stacks_of(environment: str, synthesize: Synthesize = outline) -> tuple[Stack, ...]:
    """An environment's stacks as they are synthesized now, each after those that it reads from.

    Raises `UserError` with every fault of its settings.
    """
    with tempfile.TemporaryDirectory(prefix="terrace-") as folder:
        # Sorting reads each stack's content, which outlasts the folder.
        return ordered(synthesize(environment, Path(folder) / "out").stacks)


def ordered(stacks: Sequence[Stack]) -> tuple[Stack, ...]:
    """Each stack after those that it reads from."""
    by_name = {stack.name: stack for stack in stacks}
    return tuple(by_name[name] for name in in_order(dependencies(stacks)))


def choose(named: Sequence[str], tiers: Sequence[str]) -> tuple[str, ...]:
    """Those of the tiers that are named, or all of them, in the order of `tiers`.

    Raises `UserError` for one that does not exist.
    """
    unknown = [tier for tier in named if tier not in tiers]
    if unknown:
        raise UserError("; ".join(_remedy(tier, tiers) for tier in unknown))
    return tuple(tier for tier in tiers if tier in named or not named)


def _remedy(tier: str, tiers: Sequence[str]) -> str:
    close = difflib.get_close_matches(tier, tiers, n=1)
    hint = f"did you mean {close[0]}?" if close else f"use any of {', '.join(tiers)}"
    return f'there is no tier "{tier}": {hint}'
