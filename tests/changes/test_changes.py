"""A team changes its running platform: each change goes through, or is refused in words."""

import os
from collections.abc import Callable

import pytest

from tests.changes.catalogue import CHANGES
from tests.changes.change import Change, End
from tests.changes.costs import COST
from tests.changes.platforms import Platforms

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow, pytest.mark.changes]

# What `make changes` sets: the environment whose settings are changed, by all of the catalogue.
WHOLE = "CHANGES" in os.environ


class UnmetError(AssertionError):
    """A change has not ended as it has to."""


def parameter(change: Change) -> object:
    reason = f"{change.fact}: {change.seen}"
    expected = pytest.mark.xfail(raises=UnmetError, strict=True, reason=reason)
    return pytest.param(change, id=change.name, marks=[expected] if change.fact else [])


@pytest.mark.parametrize("change", [parameter(each) for each in CHANGES if each.always or WHOLE])
def test_a_change(
    change: Change, platforms: Platforms, record_property: Callable[[str, object], None]
) -> None:
    changed = platforms.make(change)
    while platforms.costs:
        record_property(COST, platforms.costs.pop(0))
    unmet: list[str] = []
    if change.end in (End.THROUGH, End.APPROVED):
        unmet += changed.faults
    if change.end is End.THROUGH:
        unmet += [f"blocked: {each}" for each in changed.blocking]
    elif not any(change.says in each for each in changed.blocking):
        unmet.append(f'the review blocks nothing with "{change.says}": {changed.blocking}')
    if unmet:
        assert change.seen in "\n".join(unmet), unmet
        raise UnmetError("\n".join(unmet))
