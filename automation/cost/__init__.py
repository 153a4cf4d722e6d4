"""The cost of a month: each resource at the prices of `prices.toml`, and what has no price.

A cost is what is known of it, and names what is not: nothing without a price counts as nothing.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fnmatch import translate
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from automation.cost.billing import Resources, uses
from automation.terraform.diff import UNKNOWN
from automation.terraform.plan import Action, ResourceChange

PRICES = Path(__file__).with_name("prices.toml")
_CENT = Decimal("0.01")
_LATER = "known after apply"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What one of something costs; without dollars nobody could find that out."""

    name: str
    what: str
    per: str
    page: str
    dollars: Decimal | None = None
    date: str = ""
    source: str = ""
    region: str = ""
    assumed: Decimal | None = None
    """How much of it is used in a month, where no plan says so."""


@dataclass(frozen=True, kw_only=True)
class Billed:
    """So much of a price in a month."""

    address: str
    price: Price
    quantity: Decimal | None
    dollars: Decimal | None
    """In a month; None is not nothing: it is not known."""

    @property
    def why(self) -> str:
        """Why there is no price."""
        return _LATER if self.quantity is None and self.price.dollars is not None else "no price"


@dataclass(frozen=True)
class MonthlyCost:
    """What is paid in a month."""

    lines: tuple[Billed, ...] = ()

    @cached_property
    def dollars(self) -> Decimal:
        """What is known of it."""
        return sum((each.dollars for each in self.lines if each.dollars is not None), Decimal(0))

    @cached_property
    def unpriced(self) -> tuple[str, ...]:
        """What is not in it, and why: each thing once."""
        unknown = (f"{each.price.what}: {each.why}" for each in self.lines if each.dollars is None)
        return tuple(dict.fromkeys(unknown))

    def __add__(self, other: "MonthlyCost") -> "MonthlyCost":
        return MonthlyCost((*self.lines, *other.lines))


class Prices:
    """The prices of a file."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.region: str = content["region"]
        self._hours = Decimal(content["hours_a_month"])
        self._metrics = Decimal(content["metrics_of_an_instance"])
        self.free: tuple[str, ...] = tuple(content["free"])
        self._free = re.compile("|".join(map(translate, self.free)))
        self.sections: Mapping[str, Mapping[str, Any]] = content["price"]

    def price(self, name: str, type_: str = "") -> Price:
        """A price by its name, and by the type of what it is of."""
        section = self.sections[name]
        dollars = section["types"].get(type_) if "types" in section else section.get("dollars")
        assumed = section.get("assumed")
        return Price(
            name=name,
            what=section["what"].replace("{}", type_),
            per=section["per"],
            page=section["page"],
            dollars=None if dollars is None else Decimal(dollars),
            date=section.get("date", ""),
            source=section.get("source", ""),
            region=section.get("region", self.region),
            assumed=None if assumed is None else Decimal(str(assumed)),
        )

    def cost(self, stack: Resources) -> MonthlyCost:
        """What all resources of a stack cost in a month."""
        return MonthlyCost(tuple(line for address in stack for line in self.lines(address, stack)))

    def lines(self, address: str, stack: Resources) -> Iterator[Billed]:
        """What one of a stack's resources costs in a month."""
        found = uses(address, stack)
        type_, _ = stack[address]
        if found is None and not self._free.match(type_):
            nothing = Price(name=type_, what=type_, per="", page="")
            yield Billed(address=address, price=nothing, quantity=None, dollars=None)
        for each in found or ():
            number = each.quantity
            if each.price == "metric" and number is not None:
                number *= self._metrics
            known = None if each.type == UNKNOWN else number
            if known != 0:
                yield self._line(address, self.price(each.price, each.type), known)

    def usage(self) -> Iterator[Billed]:
        """What is used, as it is assumed."""
        for name, section in self.sections.items():
            if "assumed" in section:
                price = self.price(name)
                yield self._line("", price, price.assumed)

    def _line(self, address: str, price: Price, number: Decimal | None) -> Billed:
        times = self._hours if price.per == "hour" or price.per.endswith("-hour") else Decimal(1)
        unknown = price.dollars is None or number is None
        month = None if unknown else Decimal(price.dollars or 0) * Decimal(number or 0) * times
        return Billed(address=address, price=price, quantity=number, dollars=month)

    @property
    def dates(self) -> tuple[str, str]:
        """The days of the oldest and of the newest price."""
        found = sorted(each["date"] for each in self.sections.values() if "date" in each)
        return found[0], found[-1]


@cache
def load(file: Path = PRICES) -> Prices:
    """The prices of the reviewed file."""
    return Prices(tomllib.loads(file.read_text(encoding="utf-8")))


@dataclass(frozen=True)
class CostDifference:
    """What a month costs before and after a change, as far as that is known."""

    before: Decimal = Decimal(0)
    after: Decimal = Decimal(0)
    unpriced: tuple[str, ...] = ()
    """What changes and is in neither."""

    @property
    def dollars(self) -> Decimal:
        """So much more, or less."""
        return self.after - self.before

    def __add__(self, other: "CostDifference") -> "CostDifference":
        unpriced = tuple(dict.fromkeys((*self.unpriced, *other.unpriced)))
        return CostDifference(self.before + other.before, self.after + other.after, unpriced)

    def __bool__(self) -> bool:
        return bool(self.unpriced) or cents(self.dollars) != 0

    def __str__(self) -> str:
        """In words, such as "+12.34 dollars a month"."""
        known = f"{cents(self.dollars):+,} dollars a month" if cents(self.dollars) else ""
        unknown = f"not known of {'; '.join(self.unpriced)}" if self.unpriced else ""
        return ", ".join(part for part in (known, unknown) if part) or "no difference"

    def to_json(self) -> dict[str, Any]:
        """For machines: dollars a month."""
        return {
            "before": float(cents(self.before)),
            "after": float(cents(self.after)),
            "difference": float(cents(self.dollars)),
            "complete": not self.unpriced,
            "unpriced": list(self.unpriced),
        }


NO_COST = CostDifference()

# What a change of these alone costs nothing.
_TAGS = ("tags", "tags_all")


def differences(changes: Sequence[ResourceChange], prices: Prices) -> Mapping[str, CostDifference]:
    """What the changes of a stack make of a month, by address, where that is anything."""
    before, after = _sides(changes)
    found = {each.address: _difference(each, before, after, prices) for each in changes}
    return {address: difference for address, difference in found.items() if difference}


def _sides(changes: Iterable[ResourceChange]) -> tuple[Resources, Resources]:
    """The resources of a stack before and after; one that is only forgotten stays in AWS."""
    before, after = {}, {}
    for each in changes:
        if each.action is not Action.INVOKE:
            if each.before:
                before[each.address] = each.type, each.before
            left = each.before if each.action is Action.FORGET else each.after
            if left:
                after[each.address] = each.type, left
    return before, after


def _difference(
    change: ResourceChange, before: Resources, after: Resources, prices: Prices
) -> CostDifference:
    address = change.address
    old, new = (
        MonthlyCost(tuple(prices.lines(address, side)) if address in side else ())
        for side in (before, after)
    )
    values = [{k: v for k, v in side.items() if k not in _TAGS} for side in _both(change)]
    unbilled = any(not line.price.per for line in (*old.lines, *new.lines))
    same = old.unpriced == new.unpriced and not (unbilled and values[0] != values[1])
    unpriced = () if same else tuple(dict.fromkeys((*old.unpriced, *new.unpriced)))
    return CostDifference(old.dollars, new.dollars, unpriced)


def _both(change: ResourceChange) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    left = change.before if change.action is Action.FORGET else change.after
    return change.before, left


def cents(dollars: Decimal) -> Decimal:
    """As it is told."""
    return dollars.quantize(_CENT, ROUND_HALF_UP)
