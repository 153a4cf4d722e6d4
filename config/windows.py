"""Daily and weekly windows in UTC."""

from collections.abc import Iterator

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Maintenance.html
_SHORTEST = 30


def daily(window: str) -> str:
    """A backup window; raises `ValueError` when it is shorter than RDS needs."""
    start, end = (_minute(part) for part in window.split("-"))
    _refuse_length((end - start) % _DAY)
    return window


def weekly(window: str) -> str:
    """A maintenance window; raises `ValueError` when it is shorter or longer than RDS takes."""
    start, end = (_weekly_minute(part) for part in window.split("-"))
    _refuse_length((end - start) % _WEEK)
    return window


def overlap(each_day: str, each_week: str) -> bool:
    """Whether a daily window such as 03:00-04:00 meets a weekly one such as sun:04:30-sun:05:30."""
    start, end = (_weekly_minute(part) for part in each_week.split("-"))
    return any(_meet(window, (start, _after(start, end, _WEEK))) for window in _each_day(each_day))


def _refuse_length(minutes: int) -> None:
    if not _SHORTEST <= minutes <= _DAY:
        raise ValueError(f"it has {minutes} minutes")


def _each_day(window: str) -> Iterator[tuple[int, int]]:
    start, end = (_minute(part) for part in window.split("-"))
    length = _after(start, end, _DAY) - start
    for day in range(-1, 9):
        yield day * _DAY + start, day * _DAY + start + length


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _after(start: int, end: int, period: int) -> int:
    return end if end > start else end + period


def _minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _weekly_minute(text: str) -> int:
    day, clock = text.split(":", 1)
    return _DAYS.index(day) * _DAY + _minute(clock)
