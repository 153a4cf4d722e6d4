"""The evaluator of alarms: AWS's own examples, and metric math."""

import pytest

from tests.cloudwatch import Measured, State, calculated, decided, holds

RETAINED = "Retain current state"
# Datapoints with the newest on the right, and the state by how missing ones are treated: missing,
# ignore, breaching, notBreaching. Three evaluation periods, and so many bad ones as are to alarm.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
EXAMPLES = {
    3: {
        "0 - X - X": ("OK", "OK", "OK", "OK"),
        "0 - - - -": ("OK", "OK", "OK", "OK"),
        "- - - - -": ("INSUFFICIENT_DATA", RETAINED, "ALARM", "OK"),
        "0 X X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
        "- - X - -": ("ALARM", RETAINED, "ALARM", "OK"),
    },
    2: {
        "0 - X - X": ("ALARM", "ALARM", "ALARM", "ALARM"),
        "0 0 X 0 X": ("ALARM", "ALARM", "ALARM", "ALARM"),
        "0 - X - -": ("OK", "OK", "ALARM", "OK"),
        "- - - - 0": ("OK", "OK", "ALARM", "OK"),
        "- - - X -": ("ALARM", RETAINED, "ALARM", "OK"),
    },
}
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
# What is not yet an alarm when three are to be bad, though all that is known is bad.
PREMATURE = ("- - - - X", "- - - X -")


def points(text: str) -> list[bool | None]:
    return [{"0": False, "X": True, "-": None}[each] for each in text.split()]


@pytest.mark.parametrize("before", list(State))
@pytest.mark.parametrize("bad", EXAMPLES)
def test_the_examples_of_the_user_guide(bad: int, before: State) -> None:
    for text, expected in EXAMPLES[bad].items():
        for missing, state in zip(TREATMENTS, expected, strict=True):
            found = decided(points(text), periods=3, bad=bad, missing=missing, before=before)
            assert found == (before if state == RETAINED else state), (text, missing)


@pytest.mark.parametrize("text", PREMATURE)
def test_what_is_known_has_to_be_old_enough(text: str) -> None:
    found = decided(points(text), periods=3, bad=3, missing="missing", before=State.OK)
    assert found == State.OK


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("2 * a - b / 4", 9.0),
        ("a + none", None),
        ("a / zero", None),
        ("FILL(none, 0) + a", 5.0),
        ("FILL(a, 0)", 5.0),
        ("IF(a >= 5, b, 0)", 4.0),
        ("IF(a < 5, b, 7)", 7.0),
        ("IF(none > 1, b, 0)", None),
        ("IF(zero > 1, a / zero, 0)", 0.0),
        ("IF(a <= 5, none, 0)", None),
    ],
)
def test_metric_math(formula: str, result: float | None) -> None:
    assert calculated(formula, {"a": 5, "b": 4, "zero": 0, "none": None}) == result


def test_metric_math_that_is_not_known_is_no_result() -> None:
    with pytest.raises(ValueError, match=r"unknown metric math: RATE\(a\)"):
        calculated("RATE(a)", {"a": 1})


@pytest.mark.parametrize(
    ("statistic", "value"),
    [
        ("Sum", 28),
        ("SampleCount", 10),
        ("Average", 2.8),
        ("Minimum", 1),
        ("Maximum", 10),
        ("p50", 1),
        ("p80", 1),
        ("p90", 10),
        ("PR(:5)", 80),
        ("PR(:0.5)", 0),
        ("PR(:10)", 100),
    ],
)
def test_statistics_of_some_minutes(statistic: str, value: float) -> None:
    measured = Measured({"Shop/Seconds": {1: [(1, 6)], 3: [(10, 2), (1, 2)]}})
    assert measured.value("Shop/Seconds", statistic, range(1, 4)) == value
    assert measured.value("Shop/Seconds", statistic, range(2, 3)) is None
    assert measured.value("Shop/Others", statistic, range(1, 4)) is None


def test_a_rule_over_alarms() -> None:
    of = "${aws_cloudwatch_metric_alarm."
    rule = f'ALARM("{of}a-b_1.arn}}") AND OK("{of}c_2.arn}}")'
    assert holds(rule, {"a-b_1": State.ALARM, "c_2": State.OK})
    assert not holds(rule, {"a-b_1": State.ALARM, "c_2": State.INSUFFICIENT_DATA})
    assert holds(f"{rule} OR NOT ({rule})", {"a-b_1": State.OK, "c_2": State.OK})
