"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""

from typing import Any

import pytest

from automation.iam import decide
from automation.iam.policies import MalformedPolicyError
from tests.automation.iam.calls import allow, call

ARN = "arn:aws:sns:eu-west-1:123456789012:alarms"
LONG = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
MIDNIGHT = "2026-01-01T00:00:00Z"


def holds(operator: str, written: Any, *values: Any, key: str = "aws:key") -> bool:
    """Whether a condition holds for a value of the request, for several, or for none."""
    several = values if len(values) > 1 else values[0] if values else ()
    policy = allow(Condition={operator: {"aws:key": written}})
    return decide(call(keys={key: several}), identity=[policy]).allowed


@pytest.mark.parametrize(
    ("operator", "written", "yes", "no"),
    [
        ("StringEquals", "blue", "blue", "Blue"),
        ("StringEquals", ["blue", "red"], "red", "green"),
        ("StringEquals", "b*", "b*", "blue"),
        ("StringEquals", "", "", "blue"),
        ("StringEquals", [], None, "blue"),
        ("StringNotEquals", "blue", "Blue", "blue"),
        # Of a negated operator none may match.
        ("StringNotEquals", ["blue", "red"], "green", "red"),
        ("StringEqualsIgnoreCase", "blue", "BLUE", "blues"),
        ("StringNotEqualsIgnoreCase", "blue", "blues", "BLUE"),
        ("StringLike", "b?ue*", "bluest", "brute"),
        ("StringLike", "[b]*", "[b]lue", "blue"),
        ("StringLike", "a${*}b*", "a*bc", "axbc"),
        ("StringLike", "home/*", "home/a\nb", "home"),
        ("StringNotLike", "b*", "Blue", "blue"),
        ("NumericEquals", "10", "10.0", "11"),
        ("NumericEquals", 10, 10, 11),
        ("NumericNotEquals", "10", "11", "10"),
        ("NumericLessThan", "1.2", "1.1", "1.2"),
        ("NumericLessThanEquals", "1.2", "1.20", "1.3"),
        ("NumericGreaterThan", "9", "10", "9"),
        ("NumericGreaterThanEquals", "9", "9", "8"),
        ("DateEquals", "2026-01-01", MIDNIGHT, "2026-01-01T00:00:01Z"),
        ("DateEquals", "2026-01", MIDNIGHT, "2026-02-01T00:00:00Z"),
        ("DateEquals", "2026-01-01T01:00:00+01:00", MIDNIGHT, "2026-01-01T01:00:00Z"),
        ("DateNotEquals", MIDNIGHT, "2026-01-02T00:00:00Z", MIDNIGHT),
        # Seconds since 1970.
        ("DateLessThan", "1767225600", "2025-12-31T23:59:59Z", MIDNIGHT),
        ("DateLessThanEquals", MIDNIGHT, "1767225600", "1767225601"),
        ("DateGreaterThan", MIDNIGHT, "2026-01-01T00:00:01Z", MIDNIGHT),
        ("DateGreaterThanEquals", "2026", MIDNIGHT, "2025-12-31T23:59:59Z"),
        ("Bool", "true", "true", "false"),
        ("Bool", True, True, False),
        ("Bool", "false", "False", "true"),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", "YmluYXJ5"),
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", "203.0.114.7"),
        ("IpAddress", "203.0.113.7", "203.0.113.7", "203.0.113.8"),
        ("IpAddress", "203.0.113.7/24", "203.0.113.9", "10.0.0.1"),
        ("IpAddress", ["10.0.0.0/8", "2001:DB8:1234:5678::/64"], "2001:db8:1234:5678::1", "::1"),
        ("NotIpAddress", "203.0.113.0/24", "203.0.114.7", "203.0.113.7"),
        ("NotIpAddress", "2001:DB8::/32", "203.0.113.7", "2001:db8::1"),
        ("ArnEquals", "arn:aws:sns:*:123456789012:*", ARN, ARN.replace("sns", "sqs")),
        ("ArnLike", "arn:aws:sns:eu-west-?:*:alarms", ARN, ARN.replace("west", "north")),
        ("ArnLike", "arn:aws:someservice:*:*:store/*", LONG, ARN),
        # What no wildcard of one part of an ARN reaches, and one of a string does.
        ("ArnLike", "arn:aws:*:*:*:*", LONG, "someservice"),
        ("StringLike", "arn:aws:someservice:*:111122223333:finance/*", LONG, ARN),
        ("ArnNotLike", "arn:aws:someservice:*:111122223333:finance/*", LONG, None),
        ("ArnNotEquals", ARN, LONG, ARN),
        # An ARN with fewer parts matches nothing.
        ("ArnLike", "arn:aws:sns:*", None, ARN),
        ("ArnLike", "*", None, ARN),
        ("ArnNotLike", "arn:aws:sns:*", ARN, None),
        ("Null", "true", None, "blue"),
        ("Null", "false", "blue", None),
        ("Null", "false", "", None),
        # An operator's name may be in any case, as a key's.
        ("stringequals", "blue", "blue", "red"),
    ],
)
def test_an_operator(operator: str, written: Any, yes: Any, no: Any) -> None:
    if yes is not None or operator == "Null":
        assert holds(operator, written, *(() if yes is None else (yes,)))
    if no is not None or operator == "Null":
        assert not holds(operator, written, *(() if no is None else (no,)))


@pytest.mark.parametrize(
    ("operator", "written"),
    [
        ("NumericEquals", "many"),
        ("NumericNotEquals", "many"),
        ("DateNotEquals", "soon"),
        ("NotIpAddress", "somewhere"),
        ("BinaryEquals", "?"),
    ],
)
@pytest.mark.parametrize("value", ["1", MIDNIGHT, "10.0.0.1", "many"])
def test_what_is_unreadable_in_a_policy_never_holds(
    operator: str, written: str, value: str
) -> None:
    assert not holds(operator, written, value)


@pytest.mark.parametrize(
    ("operator", "written"),
    [
        ("NumericNotEquals", "1"),
        ("DateNotEquals", MIDNIGHT),
        ("NotIpAddress", "10.0.0.0/8"),
        ("ArnNotLike", ARN),
    ],
)
def test_what_is_unreadable_in_a_request_never_holds(operator: str, written: str) -> None:
    assert not holds(operator, written, "something else")


@pytest.mark.parametrize(
    ("operator", "holding"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("Bool", False),
        ("IpAddress", False),
        ("NumericLessThan", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("ArnNotLike", True),
        ("NotIpAddress", True),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        # The key is looked at value by value, of which there is none.
        ("ForAnyValue:StringEqualsIfExists", False),
    ],
)
def test_a_key_that_is_not_there(operator: str, holding: bool) -> None:
    assert holds(operator, "1") is holding
    assert holds(operator, "1", key="aws:other") is holding


@pytest.mark.parametrize(
    ("operator", "values", "holding"),
    [
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
        ("ForAllValues:StringLike", ("PostDateTime", "Message"), True),
        ("ForAllValues:StringLike", ("PostDateTime", "UserName"), False),
        ("ForAnyValue:StringLike", ("PostDateTime", "UserName"), True),
        ("ForAnyValue:StringLike", ("UserName", "ID"), False),
        ("ForAllValues:StringNotLike", ("UserName", "ID"), True),
        ("ForAllValues:StringNotLike", ("UserName", "Message"), False),
        ("ForAnyValue:StringNotLike", ("UserName", "Message"), True),
        ("ForAnyValue:StringNotLike", ("PostDateTime", "Message"), False),
        ("ForAnyValue:StringLike", ("Message",), True),
        # Several values have to be asked about with a set operator.
        ("StringLike", ("PostDateTime", "Message"), False),
        ("StringNotLike", ("UserName", "ID"), False),
        # An empty value of a set is as none.
        ("ForAllValues:StringLike", ("", ""), True),
        ("ForAnyValue:StringLike", ("", ""), False),
        ("ForAnyValue:StringNotLike", ("", ""), False),
    ],
)
def test_a_key_with_several_values(operator: str, values: tuple[str, ...], holding: bool) -> None:
    assert holds(operator, ["PostDateTime", "Message", "Tags"], *values) is holding


def test_all_keys_and_operators_have_to_hold() -> None:
    both = allow(
        Condition={
            "StringEquals": {"aws:PrincipalTag/team": "blue", "aws:RequestedRegion": "eu-west-1"},
            "Bool": {"aws:SecureTransport": "true"},
        }
    )
    right: dict[str, str | bool] = {
        "aws:PrincipalTag/team": "blue",
        "aws:RequestedRegion": "eu-west-1",
        "aws:SecureTransport": True,
    }
    assert decide(call(keys=right), identity=[both]).allowed
    for key in right:
        assert not decide(call(keys={**right, key: "else"}), identity=[both]).allowed


def test_names_of_keys_may_be_in_any_case() -> None:
    tagged = allow(Condition={"StringEquals": {"AWS:principaltag/TEAM": "blue"}})
    assert decide(call(keys={"aws:PrincipalTag/team": "blue"}), identity=[tagged]).allowed


@pytest.mark.parametrize("operator", ["StringIs", "ForSomeValues:StringEquals", "Like"])
def test_an_operator_that_does_not_exist_is_malformed(operator: str) -> None:
    with pytest.raises(MalformedPolicyError, match="Invalid Condition type : "):
        allow(Condition={operator: {"aws:key": "1"}})
