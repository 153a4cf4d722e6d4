"""EC2's instance types, as its API names them (`instance_types.txt`)."""

from functools import cache
from pathlib import Path

_NAMES = Path(__file__).with_name("instance_types.txt")


def instance_type(name: str) -> str:
    """An instance type's name; raises `ValueError` when EC2 has none such."""
    if name not in names():
        raise ValueError("EC2 has no such instance type")
    return name


@cache
def names() -> frozenset[str]:
    """All of them: a line for each family, with its sizes."""
    lines = _NAMES.read_text(encoding="utf-8").splitlines()
    families = (line.split() for line in lines if line[:1] != "#")
    return frozenset(f"{family}.{size}" for family, *sizes in families for size in sizes)
