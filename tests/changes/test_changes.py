"""A team changes its running platform: each change goes through, or is refused in words."""

import os
from collections.abc import Callable, Iterator

import pytest

from config import ConfigError
from tests.changes.catalogue import CHANGES
from tests.changes.change import Change, End
from tests.changes.costs import COST
from tests.changes.running import Changed
from tests.changes.settings import settings_with
from tests.changes.stories import Telling

# What `make changes` sets: the environment on whose settings all of the catalogue is tried.
WHOLE = os.environ.get("CHANGES", "")
ENVIRONMENT = WHOLE or "dev"

deploys = [getattr(pytest.mark, each) for each in ("changes", "rehearsal", "terraform", "slow")]


class UnmetError(AssertionError):
    """A change has not ended as it has to."""


def fails(change: Change) -> bool:
    return change.fails is not None and change.fails.environment in ("", ENVIRONMENT)


def parameter(change: Change) -> object:
    marks = [] if change.end is End.REFUSED else list(deploys)
    if change.fails is not None and fails(change):
        reason = f"{change.fails.name}: {change.fails.seen[0]}"
        marks.append(pytest.mark.xfail(raises=UnmetError, strict=True, reason=reason))
    return pytest.param(change, id=change.name, marks=marks)


def those(*, refused: bool) -> list[object]:
    return [
        parameter(each)
        for each in CHANGES
        if (each.end is End.REFUSED) is refused and (each.gate or WHOLE)
    ]


@pytest.mark.parametrize("change", those(refused=True))
def test_the_settings_refuse(change: Change) -> None:
    try:
        settings_with(ENVIRONMENT, change.after)
    except ConfigError as refusal:
        judge(change, [] if change.says in str(refusal) else [f"they say: {refusal}"])
    else:
        judge(change, ["they are accepted"])


@pytest.mark.parametrize("change", those(refused=False))
def test_a_change(
    change: Change,
    told: Telling,
    record_property: Callable[[str, object], None],
) -> None:
    changed = told.of(change)
    while told.costs:
        # Plain, as xdist passes it on.
        record_property(COST, tuple(told.costs.pop(0)))
    judge(change, list(unmet(change, changed)))


def unmet(change: Change, changed: Changed) -> Iterator[str]:
    """Everything because of which a change has not ended as it has to."""
    if change.end is not End.BLOCKED:
        yield from changed.faults
        yield from (f"lost: {each}" for each in changed.lost if not each.startswith(change.loses))
    if change.end is End.THROUGH:
        yield from (f"blocked: {each}" for each in changed.blocking)
        if change.says not in changed.said:
            yield f"the command says: {changed.said}"
    elif not any(change.says in each for each in changed.blocking):
        yield f'nobody says "{change.says}", only: {"; ".join(changed.blocking) or "nothing"}'


def judge(change: Change, amiss: list[str]) -> None:
    if not amiss:
        return
    found = "\n".join(amiss)
    if change.fails is not None and fails(change):
        # What fails otherwise than it is known to is looked at anew.
        assert any(each in found for each in change.fails.seen), found
    raise UnmetError(found)
