"""Names that MySQL or RDS keeps to itself."""

from functools import cache
from pathlib import Path

_WORDS = Path(__file__).with_name("mysql_reserved.txt")
# https://dev.mysql.com/doc/refman/8.4/en/system-schema.html
_SCHEMAS = frozenset({"information_schema", "innodb", "mysql", "performance_schema", "sys", "tmp"})
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.MasterAccounts.html
_OF_RDS = "rds"


def database_name(name: str) -> str:
    """A schema's name; raises `ValueError` when it is reserved."""
    if name.lower() in _SCHEMAS:
        raise ValueError(f"{name} is a schema of MySQL's own: choose another name")
    return _free(name)


def user_name(name: str) -> str:
    """The master user's name; raises `ValueError` when it is reserved."""
    if name.lower() in _SCHEMAS or name.lower().startswith(_OF_RDS):
        raise ValueError(f"{name} is reserved: choose a name that does not start with {_OF_RDS}")
    return _free(name)


def _free(name: str) -> str:
    if name.lower() in _reserved():
        raise ValueError(f"{name} is a reserved word of MySQL: choose another name")
    return name


@cache
def _reserved() -> frozenset[str]:
    lines = _WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if line[:1] != "#" for word in line.split())
