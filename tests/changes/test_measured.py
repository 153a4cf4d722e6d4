"""No alarm goes off as a platform is made, nor by what is ordinarily changed of it."""

from collections.abc import Callable

import pytest

from tests.changes import measured
from tests.changes.catalogue import CHANGES
from tests.changes.change import End
from tests.changes.measured import EXTRAORDINARY, FIRST, KINDS, Ordinary
from tests.cloudwatch import State, Told, replay
from tests.conftest import Tiers
from tests.promises import prefix

# The tiers that have alarms of their own.
WATCHING = ("application", "monitoring", "audit")
BEFORE, AFTER = -75, 150
# Half an hour has to be told of what has always been there before anything changes.
SETTLED = -30
NAMED = {
    name: kind
    for name, kind in vars(measured).items()
    if isinstance(kind, Ordinary) and kind is not FIRST
}


def told(tiers: Tiers, change: Ordinary, *, since: int, late: int = 0) -> list[Told]:
    """The bad news from when the change is made on, of alarms that are made at some minute."""
    known = measured.measured(change, range(BEFORE, AFTER), prefix=prefix(tiers))
    return sorted(
        each
        for tier in WATCHING
        for each in replay(tiers[tier], known, range(since, AFTER), late=late)
        if each.state != State.OK and each.minute >= 0
    )


def names(found: list[Told], tiers: Tiers) -> set[str]:
    return {each.alarm.removeprefix(f"{prefix(tiers)}-") for each in found}


@pytest.mark.parametrize("late", [0, 1, 2])
def test_a_first_deployment_pages_nobody(prod: Tiers, late: int) -> None:
    """Though CloudWatch knows of a minute only when it is over, or the next, or one more."""
    assert told(prod, FIRST, since=0, late=late) == []


@pytest.mark.parametrize("name", sorted(NAMED))
def test_what_is_ordinarily_changed_pages_nobody(name: str, prod: Tiers) -> None:
    """But for what takes the site down, which the review says beforehand."""
    change = NAMED[name]
    assert names(told(prod, change, since=SETTLED, late=1), prod) == change.tells


@pytest.mark.parametrize("name", ["FIRST", *sorted(NAMED)])
def test_nor_where_all_other_choices_are_made(
    name: str, platform_of: Callable[[str], Tiers]
) -> None:
    """Replicas among them; alarms of what is new are as new."""
    tiers, change = platform_of("options"), {**NAMED, "FIRST": FIRST}[name]
    since = 0 if change.begins else SETTLED
    assert names(told(tiers, change, since=since), tiers) <= change.tells


def test_every_change_that_goes_through_is_in_the_table() -> None:
    through = {each.name for each in CHANGES if each.end in (End.THROUGH, End.APPROVED)}
    assert through == {*KINDS, *EXTRAORDINARY}
    used = {id(kind) for kinds in KINDS.values() for kind in kinds}
    assert used == set(map(id, NAMED.values()))
