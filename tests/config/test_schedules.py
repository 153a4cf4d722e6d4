import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest

from automation.programs import SYSTEMD
from config.countries import country
from config.mysql_names import database_name, user_name
from config.schedules import Crontab, backup_cron, crontab, daily, time_zone, weekly
from tests.programs import program


@pytest.mark.parametrize(
    "text",
    [
        *("0 7 * * MON-FRI", "*/15 0-6,22 1,15 JAN-MAR 0", "30 6 29 2 *", "0 0 31 2 MON"),
        *("59 23 31 12 6", "0-30/5 * * * *"),
    ],
)
def test_crontabs_of_scaling(text: str) -> None:
    assert crontab(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("every day at seven o'clock", "'every' is no minute: use 0 to 59"),
        ("@daily", "give 5 fields"),
        ("0 7 * * * *", "give 5 fields"),
        ("0  7 * * *", "give 5 fields"),
        ("60 7 * * *", "'60' is no minute"),
        ("0 24 * * *", "'24' is no hour"),
        ("0 7 0 * *", "'0' is no day of the month: use 1 to 31"),
        ("0 7 * 13 *", "'13' is no month: use 1 to 12 or JAN to DEC"),
        ("0 7 * * 7", "'7' is no day of the week: use 0 to 6 or SUN to SAT"),
        ("0 7 ? * *", "'?' is no day of the month"),
        ("0 7 L * *", "'L' is no day of the month"),
        ("0 7 * * FRI-MON", "'FRI-MON' is no day of the week"),
        ("*/0 7 * * *", "'*/0' is no minute"),
        ("0/5 7 * * *", "'0/5' has steps of one value"),
        ("0 0 31 2 *", "there is no such day in these months"),
        ("\u0660 7 * * *", "is no minute"),
        ("1, 7 * * *", "'1,' is no minute"),
    ],
)
def test_crontabs_that_scaling_refuses(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        crontab(text)


@pytest.mark.parametrize(
    "text",
    [
        *("cron(0 7 * * ? *)", "cron(0 */6 ? * MON-FRI *)", "cron(0 5 L * ? *)"),
        *("cron(30 5 ? * 6#2 *)", "cron(0 5 15W JAN,JUL ? 2027-2199)", "cron(0 1/2 * * ? *)"),
    ],
)
def test_schedules_of_backups(text: str) -> None:
    assert backup_cron(text) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("rate(1 day)", "write cron(<six fields>)"),
        ("cron(0 7 * * *)", "give 6 fields"),
        ("cron(0 7 * * * *)", "give either the day of the month or the day of the week"),
        ("cron(0 7 ? * ? *)", "give either the day of the month or the day of the week"),
        ("cron(*/15 * * * ? *)", "name one minute"),
        ("cron(0 7 ? * 0 *)", "'0' is no day of the week: use 1 to 7 or SUN to SAT"),
        ("cron(0 7 30 2 ? *)", "there is no such day in these months"),
        ("cron(0 7 * * ? 1969)", "'1969' is no year: use 1970 to 2199"),
        ("cron(every day at seven o'clock now)", "'every' is no minute"),
    ],
)
def test_schedules_that_backups_refuse(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        backup_cron(text)


@pytest.mark.parametrize("name", ["Etc/GMT+9", "Pacific/Tahiti", "Europe/Berlin", "UTC"])
def test_time_zones(name: str) -> None:
    assert time_zone(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Europe/Berlinn", "did you mean Europe/Berlin?"),
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Mars/Olympus", "there is no such zone"),
        ("Factory", "there is no such zone"),
        ("../etc/passwd", "there is no such zone"),
    ],
)
def test_time_zones_that_are_none(name: str, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        time_zone(name)


def test_countries() -> None:
    assert [country(code) for code in ("US", "GB", "DE")] == ["US", "GB", "DE"]
    for code in ("UK", "EU", "XX", "us", "ZZ"):
        with pytest.raises(ValueError, match="ISO 3166 has no such country"):
            country(code)


@pytest.mark.parametrize("name", ["mysql", "SYS", "Information_Schema", "select", "Order", "tmp"])
def test_database_names_that_mysql_keeps(name: str) -> None:
    with pytest.raises(ValueError, match="choose another name"):
        database_name(name)


@pytest.mark.parametrize("name", ["rdsadmin", "RdsRepladmin", "rdsproxyadmin", "mysql", "group"])
def test_user_names_that_are_reserved(name: str) -> None:
    with pytest.raises(ValueError, match="reserved"):
        user_name(name)


def test_ordinary_names_are_free() -> None:
    assert [database_name("app"), user_name("admin"), user_name("root")] == ["app", "admin", "root"]


@pytest.mark.parametrize("window", ["03:00-03:30", "23:45-00:15", "04:00-03:00"])
def test_backup_windows(window: str) -> None:
    assert daily(window) == window


@pytest.mark.parametrize(
    ("window", "minutes"), [("03:00-03:29", 29), ("03:00-03:00", 0), ("23:59-00:00", 1)]
)
def test_backup_windows_that_are_too_short(window: str, minutes: int) -> None:
    with pytest.raises(ValueError, match=f"it has {minutes} minutes"):
        daily(window)


def test_maintenance_windows_have_half_an_hour_to_a_day() -> None:
    for window in ("sun:04:30-sun:05:00", "sat:23:45-sun:00:15", "mon:00:00-tue:00:00"):
        assert weekly(window) == window
    for window in ("sun:05:00-sun:05:05", "sun:05:00-sun:05:00", "mon:00:00-wed:00:00"):
        with pytest.raises(ValueError, match="it has"):
            weekly(window)


CRONTABS = (
    "0 7 * * MON-FRI",
    "*/15 0-6,22 1,15 JAN-MAR 0",
    "30 6 29 2 *",
    "0 0 13 * FRI",
    "* * * * *",
)


@pytest.mark.parametrize("text", CRONTABS)
def test_systemd_means_the_same_by_it(text: str) -> None:
    """The next times that systemd names are those that hold, and none between them does."""
    now = datetime(2026, 11, 30, 6, 59, 30, tzinfo=UTC)
    found = set()
    for event in (crontab := Crontab(text)).calendar("Etc/UTC"):
        said = subprocess.run(  # noqa: S603
            [
                *(program(SYSTEMD), "calendar", "--iterations=8"),
                *(f"--base-time={now:%Y-%m-%d %H:%M:%S} UTC", event),
            ],
            capture_output=True,
            text=True,
            check=True,
            env={"TZ": "UTC", "LC_ALL": "C"},
        ).stdout
        stamps = re.findall(r"(?:elapse|#\d+): \w+ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", said)
        assert stamps, said
        found |= {datetime.fromisoformat(f"{each}+00:00") for each in stamps}
    assert all(crontab.holds(each) for each in found)
    minute, first = now.replace(second=0) + timedelta(minutes=1), min(found)
    while minute < first:
        assert not crontab.holds(minute)
        minute += timedelta(minutes=max(1, min(60, int((first - minute).total_seconds()) // 120)))


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("0 7 * * MON-FRI", ("Mon,Tue,Wed,Thu,Fri *-*-* 7:0 Europe/Berlin",)),
        ("0,30 3 1 * *", ("*-*-1 3:0,30 Europe/Berlin",)),
        # Either day is enough.
        ("0 0 13 * FRI", ("*-*-13 0:0 Europe/Berlin", "Fri *-*-* 0:0 Europe/Berlin")),
    ],
)
def test_a_schedule_is_by_the_clock_of_its_zone(text: str, events: tuple[str, ...]) -> None:
    assert Crontab(text).calendar("Europe/Berlin") == events
