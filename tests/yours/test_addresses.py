"""A resource of the user's environments keeps its address, or says where it was before.

What a setting decides about comes, goes and is named by it: that is told, and is no failure.
"""

import warnings
from collections.abc import Callable

import pytest

from tests import addresses, decided
from tests.addresses import YOURS
from tests.conftest import Tiers
from tests.yours.environments import NAMES, valid

# What is told is shown in pytest's summary.
pytestmark = pytest.mark.filterwarnings("default::UserWarning")


def test_no_construct_was_renamed(
    your_tiers_of: Callable[[str], Tiers], subtests: pytest.Subtests
) -> None:
    for name in valid():
        with subtests.test(name):
            contents = {tier: stack.parsed for tier, stack in your_tiers_of(name).items()}
            hold(name, contents, addresses.read(name, YOURS))


def hold(name: str, contents: addresses.Contents, committed: set[str]) -> None:
    """Fail for a lost construct; renew the list when asked to, or tell that it may be."""
    present = addresses.of(contents)
    renamed = [each for each in addresses.lost(committed, contents) if not decided.by(each)]
    if renamed and addresses.MODE != "destroy":
        pytest.fail(addresses.remedy(renamed), pytrace=False)
    if addresses.MODE:
        addresses.write(name, present, YOURS)
        return
    new = sorted(each for each in present - committed if not decided.by(each))
    if committed and new:
        pytest.fail(f"run `make addresses` for {name}: {', '.join(new)}", pytrace=False)
    if news := addresses.news(name, committed, present):
        warnings.warn(news, stacklevel=1)


def test_a_list_has_its_environment() -> None:
    for file in sorted(YOURS.glob("*.txt")):
        if file.stem not in NAMES:
            warnings.warn(
                f"there is no environments/{file.stem}.toml: delete addresses/{file.name} once "
                "that environment is destroyed",
                stacklevel=1,
            )
