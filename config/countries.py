"""Countries as ISO 3166 knows them, which is how CloudFront does."""

from functools import cache
from importlib import resources


def country(code: str) -> str:
    """A country's two letters; raises `ValueError` when ISO has none such."""
    if code not in _codes():
        raise ValueError("ISO 3166 has no such country")
    return code


@cache
def _codes() -> frozenset[str]:
    """From the time zone database, which keeps the list for its own use: code, tab, name."""
    table = resources.files("tzdata").joinpath("zoneinfo/iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line.split("\t")[0] for line in table.splitlines() if line[:1] != "#")
