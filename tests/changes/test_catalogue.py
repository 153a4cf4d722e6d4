"""What holds for every entry of the catalogue; nothing is deployed."""

import pytest

from tests.changes.catalogue import CHANGES
from tests.changes.change import Change, End
from tests.changes.settings import settings_with
from tests.changes.stories import stories


def test_names_are_unique() -> None:
    assert len({each.name for each in CHANGES}) == len(CHANGES)


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_settings_are_valid_before_and_after(environment: str) -> None:
    for change in CHANGES:
        settings_with(environment, change.before)
        if change.end is not End.REFUSED:
            settings_with(environment, change.after)


def test_what_starts_from_another_change_follows_it() -> None:
    first, second = Change(name="there", after="a = 1"), Change(name="back", before="a = 1")
    alone = Change(name="alone", after="b = 1")
    assert stories([first, alone, second]) == [[first, second], [alone]]
