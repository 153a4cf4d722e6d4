"""Renews `prices.toml` from AWS's Price List: each price that it has exactly one of.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_pricing_GetProducts.html
"""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

API = "https://api.pricing.us-east-1.amazonaws.com"
# A price that changed by more is of another product, or of another unit: somebody has to look.
_PLAUSIBLE = 4
_HEADER = re.compile(r"^\[(?:price\.)?([\w.]+)]$", re.MULTILINE)
# What AWS asks for an hour of this tells what usage types of the region begin with.
_SAMPLE = "BoxUsage:t3.micro"

# The products that match filters, each as the Price List describes it.
Products = Callable[[str, Mapping[str, str]], Iterable[Mapping[str, Any]]]


def products(client: Any) -> Products:
    """Those that AWS's API tells of."""

    def found(service: str, filters: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        pages = client.get_paginator("get_products").paginate(
            ServiceCode=service,
            Filters=[
                {"Type": "TERM_MATCH", "Field": field, "Value": value}
                for field, value in filters.items()
            ],
        )
        for page in pages:
            yield from map(json.loads, page["PriceList"])

    return found


@dataclass(frozen=True)
class Refreshed:
    """The file as it is now, and what in it could not be renewed, with why."""

    text: str
    renewed: tuple[str, ...]
    kept: Mapping[str, str]


def refresh(
    text: str, found: Products, *, region: str, today: str, types: Mapping[str, set[str]]
) -> Refreshed:
    """Renew each price that is found once; `types` are those that have to be in the file, too."""
    content = tomllib.loads(text)
    before = content["region"]
    prefix = _prefix(found, region)
    renewed, kept = [], {}
    for name, section in content["price"].items():
        if "list" not in section:
            continue
        look = _Look(found, region, prefix, section["list"])
        if "types" in section:
            wanted = {*section["types"], *types.get(name, ())}
            prices = {each: look.price(each) for each in sorted(wanted)}
            told = {each: price for each, price in prices.items() if price is not None}
            gone = ", ".join(sorted(wanted - told.keys()))
            if told:
                text = _with_types(text, name, told)
            fault = f"no price of {gone}" if gone else ""
        else:
            price = look.price()
            told = {"": price} if price is not None else {}
            fault = _fault(price, Decimal(section["dollars"]))
            if not fault:
                text = _with(text, name, "dollars", str(price))
        if fault:
            kept[name] = fault
        if told and (not fault or "types" in section):
            text = _with(text, name, "date", today)
            text = _with(text, name, "source", API)
            text = _with(text, name, "region", "")
            renewed.append(name)
        elif "region" not in section:
            text = _with(text, name, "region", before if region != before else "")
    text = re.sub(r'^region = ".*"$', f'region = "{region}"', text, count=1, flags=re.MULTILINE)
    return Refreshed(text, tuple(renewed), kept)


def _fault(price: Decimal | None, before: Decimal) -> str:
    if price is None:
        return "the Price List has not exactly one"
    ratio = price / before
    if not Decimal(1) / _PLAUSIBLE <= ratio <= _PLAUSIBLE:
        return f"{price} in place of {before} looks like another unit"
    return ""


def _prefix(found: Products, region: str) -> str:
    """What usage types of a region begin with: "USW2-"; those of us-east-1 with nothing."""
    filters = {"regionCode": region, "instanceType": _SAMPLE.partition(":")[2]}
    for product in found("AmazonEC2", {**filters, "capacitystatus": "Used"}):
        usage = str(product["product"]["attributes"]["usagetype"])
        if usage.endswith(_SAMPLE):
            return usage.removesuffix(_SAMPLE)
    return ""


@dataclass(frozen=True)
class _Look:
    found: Products
    region: str
    prefix: str
    product: Mapping[str, str]

    def price(self, type_: str = "") -> Decimal | None:
        """The one price of a product in the region, or all over the world; None without one."""
        usage = self.product["usage"].replace("{}", type_)
        rest = {key: each for key, each in self.product.items() if key not in ("service", "usage")}
        for name in dict.fromkeys((f"{self.prefix}{usage}", f"{self.region}-{usage}", usage)):
            matching = self.found(self.product["service"], {"usagetype": name, **rest})
            prices = {price for each in matching if self._here(each) for price in _prices(each)}
            if prices:
                return prices.pop() if len(prices) == 1 else None
        return None

    def _here(self, product: Mapping[str, Any]) -> bool:
        return product["product"]["attributes"].get("regionCode") in (self.region, None, "")


def _prices(product: Mapping[str, Any]) -> Iterator[Decimal]:
    """What the first of it costs that is not free, on demand."""
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        dimensions = sorted(
            term["priceDimensions"].values(), key=lambda each: Decimal(each.get("beginRange") or 0)
        )
        paid = (Decimal(each["pricePerUnit"].get("USD", 0)) for each in dimensions)
        yield from (price for price in list(paid)[:2] if price)


def _section(text: str, name: str) -> tuple[int, int]:
    """Where a table of the file begins, after its header, and where it ends."""
    headers = list(_HEADER.finditer(text))
    for number, header in enumerate(headers):
        if header[1] == name:
            end = headers[number + 1].start() if number + 1 < len(headers) else len(text)
            return header.end() + 1, end
    raise KeyError(name)


def _with(text: str, name: str, key: str, value: str) -> str:
    """The text with a value in a price's table, or without it where the value is empty."""
    start, end = _section(text, name)
    body, line = text[start:end], re.compile(rf'^{key} = ".*"\n', re.MULTILINE)
    entry = f'{key} = "{value}"\n' if value else ""
    if line.search(body):
        body = line.sub(lambda _: entry, body, count=1)
    elif entry:
        body = re.sub(r"^(page = .*\n)", lambda page: page[1] + entry, body, count=1, flags=re.M)
    return text[:start] + body + text[end:]


def _with_types(text: str, name: str, prices: Mapping[str, Decimal]) -> str:
    start, end = _section(text, f"{name}.types")
    rows = "".join(f'"{type_}" = "{price.normalize():f}"\n' for type_, price in prices.items())
    return f"{text[:start]}{rows}\n{text[end:]}"
