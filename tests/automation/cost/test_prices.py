"""The file of prices: each is from a page and a day, and all that is billed has a place in it."""

import re
from collections.abc import Callable
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from automation import PROJECT
from automation.cost import Price, load
from automation.cost.billing import BILLED
from tests.conftest import Tiers
from tests.promises import SHIPPED

SECTIONS = load().sections


@pytest.mark.parametrize("name", SECTIONS)
def test_each_price_has_its_page_its_day_and_where_it_was_read(name: str) -> None:
    section = SECTIONS[name]
    assert section["page"].startswith("https://aws.amazon.com/")
    if "dollars" in section or section.get("types"):
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", section["date"])
        assert section["source"].startswith("https://")
    else:
        # What nobody could find says so by having none.
        assert not section.keys() & {"date", "source", "dollars", "list"}


@pytest.mark.parametrize("name", SECTIONS)
def test_no_price_is_zero(name: str) -> None:
    section = SECTIONS[name]
    dollars = [*section.get("types", {}).values()]
    dollars += [section["dollars"]] if "dollars" in section else []
    assert all(Decimal(each) > 0 for each in dollars)


def test_a_price_of_nobody_s_is_none() -> None:
    price = load().price("visitors_gb")
    assert price.dollars is None
    assert load().price("instance", "x2iedn.32xlarge").dollars is None


@pytest.mark.parametrize("environment", ["prod", "dev", "staging", "options"])
def test_each_type_that_terrace_makes_is_billed_or_free(
    environment: str, platform_of: Callable[[str], Tiers]
) -> None:
    free = load().free
    tiers = platform_of(environment)
    # A tier of one's own may do without prices: `cost` says so.
    made = {t for name in SHIPPED for t in tiers[name].parsed.get("resource", {})}
    unknown = {t for t in made if t not in BILLED and not any(fnmatchcase(t, f) for f in free)}
    assert unknown == set()
    assert not [t for t in BILLED if any(fnmatchcase(t, f) for f in free)]


def test_each_price_that_is_billed_is_in_the_file() -> None:
    source = Path(PROJECT / "automation/cost/billing.py").read_text(encoding="utf-8")
    named = re.findall(r'(?:Use|_each)\("(\w+)"', source)
    assert set(named) <= SECTIONS.keys()
    assert isinstance(load().price("alarm_metric_high_resolution"), Price)


def test_the_key_of_the_states_is_one() -> None:
    template = (PROJECT / "automation/bootstrap/template.yaml").read_text(encoding="utf-8")
    assert template.count("Type: AWS::KMS::Key\n") == 1
