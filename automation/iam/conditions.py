"""Conditions of a statement: operators, and how they meet values that are several, or none.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any

from automation.iam.patterns import Context, Text, texts_of

# Whether a value of the request passes against one of the policy; None where one is unreadable,
# and then a negated condition does not hold, either.
Test = Callable[[str, Context], bool | None]


Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# What is between the six parts of an ARN.
_COLONS = 5


class SetOperator(StrEnum):
    """How a key with several values is looked at."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True)
class Operator:
    """What makes a test of a policy's value, and whether the condition is that none passes."""

    test: Callable[[Text], Test]
    negated: bool = False
    # Elsewhere `${...}` is text.
    variables: bool = False


@dataclass(frozen=True)
class KeyCondition:
    """One key of a condition, with what its values must be."""

    name: str
    key: str
    values: tuple[str, ...]
    tests: tuple[Test, ...]
    negated: bool
    of_set: SetOperator
    if_exists: bool

    def holds(self, context: Context) -> bool:
        """Whether the request meets it."""
        values = context.get(self.key, ())
        if self.of_set is SetOperator.NONE:
            return self._holds_for_one(values, context)
        # Of a set, what is empty is not there.
        passed = (self._passes(value, context) for value in values if value)
        return all(passed) if self.of_set is SetOperator.ALL else any(passed)

    def _holds_for_one(self, values: tuple[str, ...], context: Context) -> bool:
        """A key that has several values has to be asked with a set operator."""
        if not values:
            return self.if_exists or self.negated
        return len(values) == 1 and self._passes(values[0], context)

    def _passes(self, value: str, context: Context) -> bool:
        found = {test(value, context) for test in self.tests}
        if not self.negated:
            return True in found
        return found <= {False}


@dataclass(frozen=True)
class NullCondition:
    """Whether a key is there at all."""

    key: str
    values: tuple[str, ...]
    name: str = "Null"

    def holds(self, context: Context) -> bool:
        """Whether the request meets it: "true" is for a key that is not there."""
        absent = "false" if context.get(self.key) else "true"
        return any(value.lower() == absent for value in self.values)


Condition = KeyCondition | NullCondition


def conditions_of(block: Mapping[str, Any], *, variables: bool) -> Iterator[Condition]:
    """The conditions of a statement, all of which must hold; KeyError names no operator."""
    for name, keys in block.items():
        of_set, bare, if_exists = _parts(name)
        for key, written in keys.items():
            values = texts_of(written)
            if bare == "null":
                yield NullCondition(key.lower(), values)
                continue
            known = _OPERATORS[bare]
            texts = (Text.parse(each, variables=variables and known.variables) for each in values)
            tests = tuple(known.test(text) for text in texts)
            yield KeyCondition(name, key.lower(), values, tests, known.negated, of_set, if_exists)


def _parts(name: str) -> tuple[SetOperator, str, bool]:
    prefix, colon, bare = name.rpartition(":")
    found = {each.lower(): each for each in SetOperator if each}
    of_set = found[prefix.lower()] if colon else SetOperator.NONE
    lower = bare.lower()
    if_exists = lower.endswith("ifexists")
    return of_set, lower.removesuffix("ifexists"), if_exists


def _equals(text: Text) -> Test:
    def test(value: str, context: Context) -> bool | None:
        wanted = text.value(context)
        return None if wanted is None else wanted == value

    return test


def _equals_ignoring_case(text: Text) -> Test:
    def test(value: str, context: Context) -> bool | None:
        wanted = text.value(context)
        return None if wanted is None else wanted.lower() == value.lower()

    return test


def _like(text: Text) -> Test:
    return text.like


def _like_arn(text: Text) -> Test:
    """Each of the six parts for itself: a pattern with fewer matches nothing."""
    if text.fixed and text.written.count(":") < _COLONS:
        return lambda _value, _context: False
    return lambda value, context: (
        text.like_arn(value, context) if value.count(":") >= _COLONS else None
    )


def _compared(
    read: Callable[[str], Any], compare: Callable[[Any, Any], bool], bound: Callable[[str], Any]
) -> Callable[[Text], Test]:
    """A test that compares the request's value with the policy's, which `bound` reads."""

    def made(text: Text) -> Test:
        wanted = bound(text.written)

        def test(value: str, _: Context) -> bool | None:
            found = read(value)
            return None if found is None or wanted is None else compare(found, wanted)

        return test

    return made


def _bytes(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _time(text: str) -> datetime | None:
    """A date of ISO 8601, of which the end may be missing, or seconds since 1970."""
    try:
        if text.isdecimal() and len(text) > len("2020"):
            return datetime.fromtimestamp(int(text), UTC)
        # A year, or a year and a month.
        whole = {4: text + "-01-01", 7: text + "-01"}.get(len(text), text)
        time = datetime.fromisoformat(whole)
    except (ValueError, OverflowError, OSError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _ordered(name: str, read: Callable[[str], Any]) -> dict[str, Operator]:
    equals = _compared(read, operator.eq, read)
    return {
        f"{name}equals": Operator(equals),
        f"{name}notequals": Operator(equals, negated=True),
        f"{name}lessthan": Operator(_compared(read, operator.lt, read)),
        f"{name}lessthanequals": Operator(_compared(read, operator.le, read)),
        f"{name}greaterthan": Operator(_compared(read, operator.gt, read)),
        f"{name}greaterthanequals": Operator(_compared(read, operator.ge, read)),
    }


def _pair(name: str, opposite: str, test: Callable[[Text], Test]) -> dict[str, Operator]:
    return {
        name: Operator(test, variables=True),
        opposite: Operator(test, negated=True, variables=True),
    }


_IN_NETWORK = _compared(_address, lambda address, network: address in network, _network)
_OPERATORS: Mapping[str, Operator] = {
    **_pair("stringequals", "stringnotequals", _equals),
    **_pair("stringequalsignorecase", "stringnotequalsignorecase", _equals_ignoring_case),
    **_pair("stringlike", "stringnotlike", _like),
    **_pair("arnequals", "arnnotequals", _like_arn),
    **_pair("arnlike", "arnnotlike", _like_arn),
    **_ordered("numeric", _number),
    **_ordered("date", _time),
    "bool": Operator(_equals_ignoring_case, variables=True),
    "binaryequals": Operator(_compared(_bytes, operator.eq, _bytes)),
    "ipaddress": Operator(_IN_NETWORK),
    "notipaddress": Operator(_IN_NETWORK, negated=True),
}
