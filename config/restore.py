"""Settings of restoring the database: what has to hold in a copy, and how often that is tried."""

import re
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import AfterValidator, Field

from config.allowed import Form
from config.fields import Section

_QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.|\"\")*\"|`[^`]*`", re.DOTALL)
_LEFT_OPEN = re.compile(r"['\"`]")
_COMMENT = re.compile(r"#|--|/\*")
# What makes a SELECT write a file, fill a variable, or lock rows.
_BEYOND = re.compile(r"\b(INTO|FOR\s+(UPDATE|SHARE)|LOCK\s+IN)\b", re.IGNORECASE)
_EXPECTATION = re.compile(r"(=|!=|<=|>=|<|>) ?(.+)")
_NUMERIC = ("<", "<=", ">", ">=")


def single_select(text: str) -> str:
    """One SELECT that changes nothing; raises `ValueError` for anything else."""
    bare = _QUOTED.sub("''", text)
    if _LEFT_OPEN.search(bare.replace("''", "")):
        raise ValueError("a quote is left open")
    if _COMMENT.search(bare):
        raise ValueError("leave out comments")
    if ";" in bare:
        raise ValueError("leave out the semicolon: it has to be a single statement")
    if not re.match(r"\s*SELECT\b", bare, re.IGNORECASE):
        raise ValueError("it has to begin with SELECT")
    if found := _BEYOND.search(bare):
        raise ValueError(
            f"leave out {' '.join(found[0].upper().split())}: it has to change nothing"
        )
    return text


def expectation(text: str) -> str:
    """A comparison; raises `ValueError` where there is nothing to compare with."""
    found = _EXPECTATION.fullmatch(text)
    if found is None:
        raise ValueError("begin with one of = != < <= > >=")
    if found[1] in _NUMERIC:
        _number(found[2])
    return text


def meets(found: str | None, expected: str) -> bool:
    """Whether what a database answered is as an expectation wants it; NULL never is."""
    compared = _EXPECTATION.fullmatch(expected)
    if compared is None or found is None:
        return False
    operator, wanted = compared[1], compared[2]
    if operator not in _NUMERIC:
        return (found == wanted) is (operator == "=")
    try:
        order = _number(found).compare(_number(wanted))
    except ValueError:
        return False
    return order in _ORDERS[operator]


_ORDERS = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"{text} is no number")
    return number


CheckName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=40),
    Form("lower-case letters, digits and -", "messages"),
]
Select = Annotated[
    str,
    Field(min_length=1, max_length=1000),
    AfterValidator(single_select),
    Form(
        "a single SELECT without comments, which changes and locks nothing",
        "SELECT COUNT(*) FROM messages",
    ),
]
Expectation = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(expectation),
    Form("one of = != < <= > >= and what to compare with, a number where it is an order", ">= 1"),
]


class RestoreCheck(Section):
    """A question whose answer shows that the data is there, in one row of one column."""

    name: CheckName = Field(description="what the report calls it")
    sql: Select = Field(description="what a restored database is asked, in its first schema")
    expect: Expectation = Field(">= 1", description="what the answer has to be")


class Restore(Section):
    """A backup is worth what a restore proves: `restore --drill` makes one beside the database."""

    checks: tuple[RestoreCheck, ...] = Field(
        (),
        max_length=20,
        description="what a restored database has to answer, as [[database.restore.checks]]; "
        "without any, that it has tables",
    )
    drill_days: int = Field(
        90,
        ge=0,
        le=3650,
        description="days after which verify warns that the last drill is old; never with 0",
    )
