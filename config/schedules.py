"""Cron expressions, time zones, and daily and weekly windows by AWS's rules."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One field of a cron expression; `names` may stand for the numbers from `first` on.

    `special` matches what only some fields take, such as L for the last day of a month.
    """

    what: str
    first: int
    last: int
    names: tuple[str, ...] = ()
    special: str = ""

    def values(self, text: str) -> set[int]:
        """The numbers that a field stands for; raises `ValueError` when it is faulty."""
        if self.special and re.fullmatch(self.special, text):
            return set(range(self.first, self.last + 1))
        return {value for item in text.split(",") for value in self._range(item, text)}

    def _range(self, item: str, text: str) -> range:
        span, slash, step = item.partition("/")
        start, dash, end = span.partition("-")
        if slash and not re.fullmatch(r"[1-9][0-9]{0,3}", step):
            raise self._fault(text)
        if span == "*":
            first, last = self.first, self.last
        else:
            first = self._number(start, text)
            last = self._number(end, text) if dash else self.last if slash else first
        if last < first:
            raise self._fault(text)
        return range(first, last + 1, int(step) if slash else 1)

    def _number(self, word: str, text: str) -> int:
        if word in self.names:
            return self.first + self.names.index(word)
        if re.fullmatch(r"[0-9]{1,4}", word) and self.first <= int(word) <= self.last:
            return int(word)
        raise self._fault(text)

    def _fault(self, text: str) -> ValueError:
        named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
        return ValueError(f"{text!r} is no {self.what}: use {self.first} to {self.last}{named}")


_MINUTE = _Part(what="minute", first=0, last=59)
_HOUR = _Part(what="hour", first=0, last=23)
_MONTH = _Part(what="month", first=1, last=12, names=_MONTHS)

# Auto Scaling reads crontab's own five fields.
# https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
_CRONTAB = (
    _MINUTE,
    _HOUR,
    _Part(what="day of the month", first=1, last=31),
    _MONTH,
    _Part(what="day of the week", first=0, last=6, names=_DAYS),
)
# EventBridge's six fields, which AWS Backup reads.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
_EVENTBRIDGE = (
    _MINUTE,
    _HOUR,
    _Part(what="day of the month", first=1, last=31, special=r"\?|L|LW|([1-9]|[12][0-9]|3[01])W"),
    _MONTH,
    _Part(
        what="day of the week",
        first=1,
        last=7,
        names=_DAYS,
        special=rf"\?|L|([1-7]|{'|'.join(_DAYS)})(L|#[1-5])",
    ),
    _Part(what="year", first=1970, last=2199),
)


def crontab(text: str) -> str:
    """The five fields of a scheduled scaling action; raises `ValueError` with what is wrong."""
    fields = text.split(" ")
    _, _, days, months, _ = _values(_CRONTAB, fields)
    for field in fields:
        if re.search(r"(^|,)\w+/", field):
            raise ValueError(f"{field!r} has steps of one value: give a range or * before the /")
    # With a day of the week, either of the two days is enough.
    if fields[4] == "*":
        _refuse_never(days, months)
    return text


@dataclass(frozen=True)
class Crontab:
    """When the five fields hold, as sets of numbers; with both days given, either is enough."""

    text: str

    def holds(self, at: datetime) -> bool:
        """Whether it is time, by the clock of the zone that the schedule means."""
        minutes, hours, days, months, weekdays = self._sets
        given = self.text.split(" ")
        day, weekday = at.day in days, at.isoweekday() % 7 in weekdays
        either = "*" not in (given[2], given[4])
        today = day or weekday if either else day and weekday
        return at.minute in minutes and at.hour in hours and at.month in months and today

    def calendar(self, zone: str) -> tuple[str, ...]:
        """The same as calendar events of systemd's, which holds all that one names together.

        https://www.freedesktop.org/software/systemd/man/252/systemd.time.html
        """
        minutes, hours, days, months, weekdays = map(_listed, _CRONTAB, self._sets)
        named = (
            "" if weekdays == "*" else ",".join(_DAYS[int(n)].title() for n in weekdays.split(","))
        )
        at = f"{hours}:{minutes} {zone}"
        if named and days != "*":
            return f"*-{months}-{days} {at}", f"{named} *-{months}-* {at}"
        return (f"{named} *-{months}-{days} {at}".lstrip(),)

    @property
    def _sets(self) -> list[set[int]]:
        return _values(_CRONTAB, self.text.split(" "))


def _listed(part: _Part, values: set[int]) -> str:
    every = len(values) == part.last - part.first + 1
    return "*" if every else ",".join(map(str, sorted(values)))


def backup_cron(text: str) -> str:
    """`cron(...)` with six fields, at most once an hour; raises `ValueError` with what is wrong."""
    matched = re.fullmatch(r"cron\((.*)\)", text)
    if matched is None:
        raise ValueError("write cron(<six fields>)")
    fields = matched[1].split(" ")
    minutes, _, days, months, _, _ = _values(_EVENTBRIDGE, fields)
    if (fields[2] == "?") == (fields[4] == "?"):
        raise ValueError("give either the day of the month or the day of the week, ? for the other")
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
    if len(minutes) > 1:
        raise ValueError("name one minute: AWS Backup runs at most once an hour")
    if fields[4] == "?":
        _refuse_never(days, months)
    return text


def time_zone(name: str) -> str:
    """An IANA time zone; raises `ValueError` with the closest one."""
    if name not in _zones():
        close = difflib.get_close_matches(name, _zones(), n=1, cutoff=0.8)
        raise ValueError(f"did you mean {close[0]}?" if close else "there is no such zone")
    return name


@cache
def _zones() -> frozenset[str]:
    """From the package `tzdata`, and not from the machine: it would differ from one to the next."""
    names = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    # "Factory" stands for a machine whose zone nobody has set.
    return frozenset(names) - {"Factory"}


def _values(parts: Sequence[_Part], fields: Sequence[str]) -> list[set[int]]:
    if len(fields) != len(parts) or not all(fields):
        raise ValueError(f"give {len(parts)} fields with single spaces between them")
    return [part.values(field) for part, field in zip(parts, fields, strict=True)]


def _refuse_never(days: set[int], months: set[int]) -> None:
    if min(days) > max(_LONGEST[month - 1] for month in months):
        raise ValueError("there is no such day in these months")


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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
    return _WEEKDAYS.index(day) * _DAY + _minute(clock)
