"""`cost`: what a month of an environment costs, by tier, and new prices from AWS."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table

from automation.command import CONSOLE, DEFAULT, PROGRESS, Environment, Json, run, settings_of
from automation.cost import PRICES, Billed, MonthlyCost, Price, Prices, cents, load
from automation.cost.billing import Resources
from automation.cost.refresh import API, products, refresh
from automation.errors import UserError
from automation.terraform.stacks import Stack, stacks_of

# CloudFormation makes it for Terraform's states: bootstrap/template.yaml.
_BOOTSTRAP: Resources = {"StateKey": ("aws_kms_key", {})}
_PRICING = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class EnvironmentMonth:
    """What an environment costs in a month, by tier, and what is assumed to be used in it."""

    environment: str
    region: str
    prices: Prices
    tiers: Mapping[str, MonthlyCost]
    usage: MonthlyCost

    @property
    def together(self) -> MonthlyCost:
        """All of it, what is used included."""
        used = MonthlyCost(tuple(each for each in self.usage.lines if each.quantity))
        return sum(self.tiers.values(), used)

    def notes(self) -> Iterator[str]:
        """What is not in it, what is assumed, and where the prices are from."""
        if self.together.unpriced:
            yield f"Not in it: {'; '.join(self.together.unpriced)}"
        unused = [each.price.what for each in self.usage.lines if not each.quantity]
        if unused:
            yield f"Assumed to be used in a month is nothing of: {', '.join(unused)}"
        elsewhere: dict[str, dict[str, None]] = {}
        for each in (each.price for each in self.together.lines):
            if each.region not in ("", self.prices.region):
                elsewhere.setdefault(each.region, {})[each.what] = None
        for region, found in elsewhere.items():
            yield f"Of {region} are the prices of: {'; '.join(found)}"
        yield "What is assumed is in automation/cost/prices.toml, with each price's page and day"
        if self.region != self.prices.region:
            yield (
                f"The prices are of {self.prices.region}, not of {self.region}: "
                f"cost --refresh --env {self.environment} renews them"
            )
        yield "On demand, before taxes, free tiers, Savings Plans and reserved instances"


def month_of(
    environment: str, region: str, stacks: Iterable[Stack], prices: Prices
) -> EnvironmentMonth:
    """What synthesized stacks cost in a month, and what they stand on."""
    tiers = {
        stack.name: prices.cost(
            {
                f"{type_}.{name}": (type_, values)
                for type_, resources in stack.content.get("resource", {}).items()
                for name, values in resources.items()
            }
        )
        for stack in stacks
    }
    return EnvironmentMonth(
        environment=environment,
        region=region,
        prices=prices,
        tiers={"bootstrap": prices.cost(_BOOTSTRAP), **tiers},
        usage=MonthlyCost(tuple(prices.usage())),
    )


@dataclass(frozen=True)
class PriceRow:
    """All lines of a price, together."""

    price: Price
    quantity: Decimal | None
    dollars: Decimal | None


def rows(lines: Iterable[Billed]) -> list[PriceRow]:
    """The lines by their price, with how much there is of it in all."""
    found: dict[Price, list[Billed]] = {}
    for line in lines:
        found.setdefault(line.price, []).append(line)
    return [
        PriceRow(price, _sum(each.quantity for each in all_), _sum(each.dollars for each in all_))
        for price, all_ in found.items()
    ]


def _sum(numbers: Iterable[Decimal | None]) -> Decimal | None:
    """Not known as soon as one of them is not."""
    together = Decimal(0)
    for number in numbers:
        if number is None:
            return None
        together += number
    return together


def show(month: EnvironmentMonth, console: Console) -> None:
    """Print what a month costs, tier by tier."""
    plain = not console.is_terminal
    table = Table(box=None if plain else ROUNDED, pad_edge=not plain)
    table.add_column("tier")
    table.add_column("what", overflow="fold")
    for column in ("number", "dollars", "per", "a month"):
        table.add_column(column, justify="left" if column == "per" else "right")
    used = MonthlyCost(tuple(each for each in month.usage.lines if each.quantity))
    for name, cost in {**month.tiers, "usage": used}.items():
        for row in rows(cost.lines):
            price = row.price
            number = "?" if row.quantity is None else f"{row.quantity.normalize():f}"
            dollars = "" if price.dollars is None else f"{price.dollars}"
            amount = "no price" if row.dollars is None else f"{cents(row.dollars):,}"
            table.add_row(name, price.what.replace("`", ""), number, dollars, price.per, amount)
        if cost.lines:
            least = "at least" if cost.unpriced else ""
            table.add_row(name, "", "", "", least, f"[bold]{cents(cost.dollars):,}[/]")
    console.print(table)
    console.print(_sentence(month), highlight=False, soft_wrap=True)
    for note in month.notes():
        console.print(note, highlight=False, soft_wrap=True, markup=False)


def _sentence(month: EnvironmentMonth) -> str:
    together = month.together
    least = "at least " if together.unpriced else ""
    first, last = month.prices.dates
    return (
        f"{month.environment}: {least}{cents(together.dollars):,} dollars a month, "
        f"at prices of {month.prices.region} from {first} to {last}"
    )


def to_json(month: EnvironmentMonth) -> dict[str, Any]:
    """The same for machines."""
    first, last = month.prices.dates
    return {
        "environment": month.environment,
        "currency": "USD",
        "dollars": float(cents(month.together.dollars)),
        "complete": not month.together.unpriced,
        "unpriced": list(month.together.unpriced),
        "tiers": [_described(name, cost) for name, cost in month.tiers.items()],
        "usage": [_row(each) for each in rows(month.usage.lines)],
        "prices": {"region": month.prices.region, "from": first, "to": last},
        "notes": list(month.notes()),
    }


def _described(name: str, cost: MonthlyCost) -> dict[str, Any]:
    return {
        "name": name,
        "dollars": float(cents(cost.dollars)),
        "complete": not cost.unpriced,
        "lines": [_row(each) for each in rows(cost.lines)],
    }


def _row(row: PriceRow) -> dict[str, Any]:
    price = row.price
    return {
        "what": price.what.replace("`", ""),
        "number": None if row.quantity is None else float(row.quantity),
        "dollars": None if price.dollars is None else float(price.dollars),
        "per": price.per,
        "month": None if row.dollars is None else float(cents(row.dollars)),
        "region": price.region,
        "page": price.page,
        "date": price.date,
        "source": price.source,
    }


def run_cost(
    environment: str,
    *,
    as_json: bool,
    renew: bool,
    console: Console,
    progress: Console,
    file: Path = PRICES,
) -> int:
    """The exit code: 0, or 130 after Ctrl-C. Raises `UserError` for settings with faults."""
    look = partial(_month, environment, renew=renew, progress=progress, file=file)
    tell = partial(_tell, as_json=as_json, console=console)
    return run(lambda: tell(look()), progress=progress)


def _month(environment: str, *, renew: bool, progress: Console, file: Path) -> EnvironmentMonth:
    region = settings_of(environment).naming.region
    with progress.status(f"Synthesizing {environment}"):
        stacks = stacks_of(environment)
    if renew:
        _renew(month_of(environment, region, stacks, load(file)), file, progress)
    return month_of(environment, region, stacks, load(file))


def _tell(month: EnvironmentMonth, *, as_json: bool, console: Console) -> int:
    if as_json:
        print(json.dumps(to_json(month), indent=2))
    else:
        show(month, console)
    return 0


def _renew(month: EnvironmentMonth, file: Path, progress: Console) -> None:
    """Write the file anew, or leave it as it is where anything fails."""
    types: dict[str, set[str]] = {}
    for line in month.together.lines:
        kind = line.price.what.split("`")[1::2]
        types.setdefault(line.price.name, set()).update(kind)
    client = boto3.Session().client("pricing", region_name=_PRICING)
    with progress.status(f"Asking for the prices of {month.region}: a minute"):
        done = refresh(
            file.read_text(encoding="utf-8"),
            products(client),
            region=month.region,
            today=datetime.now(UTC).date().isoformat(),
            types=types,
        )
    _write(file, done.text)
    progress.print(f"{len(done.renewed)} prices are of {API} now", highlight=False, soft_wrap=True)
    for name, why in done.kept.items():
        progress.print(f"{name} is as it was: {why}", highlight=False, soft_wrap=True)


def _write(file: Path, text: str) -> None:
    new = file.with_name(f"{file.name}.new")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(file)
    except OSError as error:
        raise UserError(f"{file} cannot be written: {error.strerror}") from error
    finally:
        new.unlink(missing_ok=True)
    load.cache_clear()


def cost(
    env: Environment = DEFAULT,
    renew: Annotated[
        bool, typer.Option("--refresh", help="renew the prices from AWS's Price List first")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say what a month of an environment costs, by tier; what has no price is told."""
    raise typer.Exit(
        run_cost(env, as_json=as_json, renew=renew, console=CONSOLE, progress=PROGRESS)
    )
