import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.app_rules import architecture_of
from config.schedules import overlap

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    ("instance_type", "architecture"),
    [
        ("m7g.large", "arm64"),
        ("t4g.micro", "arm64"),
        ("c7gn.xlarge", "arm64"),
        ("im4gn.large", "arm64"),
        ("a1.medium", "arm64"),
        ("g4dn.xlarge", "x86_64"),
        ("g5.xlarge", "x86_64"),
        ("g5g.xlarge", "arm64"),
        ("m7i.large", "x86_64"),
        ("t3.micro", "x86_64"),
        ("x2gd.medium", "arm64"),
        ("u-6tb1.metal", "x86_64"),
    ],
)
def test_architecture_of_an_instance_type(instance_type: str, architecture: str) -> None:
    assert architecture_of(instance_type) == architecture


@pytest.mark.parametrize(
    ("daily", "weekly", "expected"),
    [
        ("03:00-04:00", "sun:04:30-sun:05:30", False),
        ("03:00-04:00", "sun:03:30-sun:04:30", True),
        ("03:00-04:00", "sun:04:00-sun:05:00", False),
        ("23:30-00:30", "mon:00:00-mon:01:00", True),
        ("00:00-01:00", "sun:23:30-mon:00:30", True),
        ("12:00-13:00", "sat:13:00-sun:13:30", True),
    ],
)
def test_windows_that_meet(daily: str, weekly: str, expected: bool) -> None:
    assert overlap(daily, weekly) is expected


@given(
    st.integers(0, 1439), st.integers(1, 600), st.integers(0, 7 * 1440 - 1), st.integers(1, 1400)
)
def test_windows_meet_when_they_share_a_minute(
    start: int, length: int, week_start: int, week_length: int
) -> None:
    daily = f"{_clock(start)}-{_clock(start + length)}"
    weekly = f"{_weekly(week_start)}-{_weekly(week_start + week_length)}"
    day_minutes = {minute % 1440 for minute in range(start, start + length)}
    week_minutes = range(week_start, week_start + week_length)
    assert overlap(daily, weekly) is any(minute % 1440 in day_minutes for minute in week_minutes)


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def _weekly(minute: int) -> str:
    return f"{DAYS[minute // 1440 % 7]}:{_clock(minute)}"
