"""What `docs/production.md` says of costs is what `cost` counts in what is synthesized."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from automation.cost import Billed, Price, cents, load
from automation.cost.command import EnvironmentMonth, month_of, rows
from automation.terraform.stacks import read as stacks_in
from config import load as settings_of
from tests.documents.pages import read
from tests.documents.scripts import PRODUCTION

# The cells of a line: what, price, per, then how many and how much for each environment.
_ENVIRONMENTS = ("prod", "dev")
_CELLS = 3 + 2 * len(_ENVIRONMENTS)


@pytest.fixture(scope="module")
def months(output_of: Callable[[str], Path]) -> dict[str, EnvironmentMonth]:
    return {
        name: month_of(name, settings_of(name).naming.region, stacks_in(output_of(name)), load())
        for name in _ENVIRONMENTS
    }


def table(cells: int) -> dict[str, list[str]]:
    """The rows of the page's table of so many cells, by what they are about."""
    lines = (line for line in read(PRODUCTION).splitlines() if line.startswith("| "))
    found = [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in lines]
    return {row[0]: row[1:] for row in found if len(row) == cells and row[0] != "what"}


def counted(lines: Iterable[Billed], price: Price) -> list[str]:
    """How many there are of a price, and what they cost in a month."""
    for row in rows(lines):
        if row.price == price:
            assert row.quantity is not None
            assert row.dollars is not None
            return [f"{row.quantity.normalize():f}", str(cents(row.dollars))]
    return ["", ""]


def test_each_line_is_counted_in_what_is_synthesized(months: dict[str, EnvironmentMonth]) -> None:
    bills = [months[name].together.lines for name in _ENVIRONMENTS]
    prices = dict.fromkeys(line.price for bill in bills for line in bill)
    expected = {
        price.what: [
            str(price.dollars),
            price.per,
            *(cell for bill in bills for cell in counted(bill, price)),
        ]
        for price in prices
    }
    found = table(_CELLS)
    del found["together"]
    assert found == expected


def test_the_lines_add_up(months: dict[str, EnvironmentMonth]) -> None:
    found = table(_CELLS)
    for environment, column in zip(_ENVIRONMENTS, (3, 5), strict=True):
        *parts, total = (Decimal(row[column]) for row in found.values() if row[column])
        assert months[environment].together.unpriced == ()
        assert sum(parts) == total == cents(months[environment].together.dollars)


def test_what_visitors_add_has_the_prices_of_the_file() -> None:
    expected = {
        each.price.what: [
            f"[no price]({each.price.page})" if each.price.dollars is None else each.price.dollars,
            each.price.per,
        ]
        for each in load().usage()
    }
    found = {
        what: [price if "no price" in price else Decimal(price), per]
        for what, (price, per) in table(3).items()
        if what in expected
    }
    assert found == expected


def test_the_readme_rounds_what_the_lines_add_up_to() -> None:
    said = re.search(
        r"about (\d+) dollars a month for production, (\d+) for `dev`", read("README.md")
    )
    assert said
    for rounded, column in zip(said.groups(), (3, 5), strict=True):
        assert abs(Decimal(rounded) - Decimal(table(_CELLS)["together"][column])) < 1
