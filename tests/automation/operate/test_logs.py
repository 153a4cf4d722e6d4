"""`logs`: what instances say, in order of time."""

import json
import time
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from automation.errors import INTERRUPTED, UserError
from automation.operate.command import logs, show_logs
from automation.operate.logs import InstanceEvent, InstanceLogs, LogQuery, moment
from tests.automation.operate.platform import WEB, Platform

ONE, OTHER = "i-0aaaaaaaaaaaaaaa1", "i-0bbbbbbbbbbbbbbb2"
BOOT = "__var_log_application_boot.log"


def query(**given: Any) -> LogQuery:
    return LogQuery(since=datetime.now(UTC) - timedelta(hours=1), **given)


def said(platform: Platform, **given: Any) -> list[str]:
    found = InstanceLogs(platform.clients, platform.settings, query(**given)).read()
    return [event.message for event in found]


def test_events_of_all_streams_come_in_order_of_time(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.log(ONE + WEB, (50, "second"), (30, "fourth"))
    platform.log(OTHER + BOOT, (60, "first"), (40, "third"))
    assert show_logs(platform.operator, query()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == [
        f"{OTHER} boot: first",
        f"{ONE} web: second",
        f"{OTHER} boot: third",
        f"{ONE} web: fourth",
    ]
    at = datetime.strptime(lines[0].split()[0], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert at.utcoffset() == timedelta()
    assert abs(at.timestamp() - time.time() + 60) < 30


def test_they_are_of_the_instance_and_the_process_that_are_asked_for(platform: Platform) -> None:
    platform.log(ONE + WEB, (9, "one's web"))
    platform.log(ONE + BOOT, (8, "one's boot"))
    platform.log(OTHER + WEB, (7, "other's web"))
    assert said(platform, instance=ONE) == ["one's web", "one's boot"]
    assert said(platform, process="web") == ["one's web", "other's web"]
    assert said(platform, process="web", instance=OTHER) == ["other's web"]
    assert said(platform, process="worker") == []


def test_what_the_system_logs_is_in_a_group_of_its_own(platform: Platform) -> None:
    system = "application/system"
    platform.log(f"{ONE}__var_log_messages", (9, "of the system"), group=system)
    platform.log(f"{ONE}__var_log_cloud-init-output.log", (8, "of cloud-init"), group=system)
    platform.log(ONE + WEB, (7, "of the application"))
    assert said(platform, process="messages") == ["of the system"]
    assert said(platform, process="cloud-init-output", instance=ONE) == ["of cloud-init"]
    assert said(platform) == ["of the application"]


def test_streams_are_called_as_the_agent_calls_them() -> None:
    """By its configuration, and the path with all but a few characters made _."""
    event = InstanceEvent.of({"logStreamName": f"{ONE}__var_log_application_web.log"})
    assert (event.instance, event.process) == (ONE, "web")
    event = InstanceEvent.of({"logStreamName": ONE})
    assert (event.instance, event.process) == (ONE, "")


def test_they_are_of_the_time_and_the_pattern_that_are_asked_for(platform: Platform) -> None:
    platform.log(ONE + WEB, (3000, "an old error"), (100, "fine"), (90, "an error"), (5, "error"))
    now = datetime.now(UTC)
    short = LogQuery(
        since=now - timedelta(minutes=5), until=now - timedelta(seconds=60), pattern="error"
    )
    found = InstanceLogs(platform.clients, platform.settings, short).read()
    assert [event.message for event in found] == ["an error"]


def test_more_events_than_a_page_has_are_read(platform: Platform) -> None:
    platform.log(ONE + WEB, *((600 - number / 100, f"{number}") for number in range(10_000)))
    platform.log(OTHER + WEB, (1, "the last"))
    found = said(platform)
    assert len(found) == 10_001
    assert found[-1] == "the last"


def test_for_machines_each_event_is_a_line_of_json(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.log(ONE + WEB, (9, "two\nlines"))
    assert show_logs(platform.operator, query(), as_json=True) == 0
    (line,) = capsys.readouterr().out.splitlines()
    event = json.loads(line)
    assert event["timestamp"].endswith("Z")
    assert (event["instance"], event["process"]) == (ONE, "web")
    assert event["message"] == "two\nlines"


def test_a_terminal_is_not_told_to_obey_what_was_logged(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.log(ONE + WEB, (9, "GET /\x1b]0;owned\x07 \x9b2J\tdone"))
    show_logs(platform.operator, query())
    assert "GET /\\x1b]0;owned\\x07 \\x9b2J\tdone" in capsys.readouterr().out


def test_who_finds_nothing_is_told_where_was_looked(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.log(ONE + WEB)
    assert show_logs(platform.operator, query(process="wbe")) == 0
    assert capsys.readouterr().out == ""
    group = platform.settings.naming.path("application/app")
    assert platform.told.replace("\n", " ") == (
        f"nothing was found in {group}: its newest streams are {ONE}{WEB} "
    )


def test_a_group_that_is_not_there_is_told_with_its_remedy(platform: Platform) -> None:
    with pytest.raises(UserError) as refusal:
        show_logs(platform.operator, query())
    group = platform.settings.naming.path("application/app")
    assert str(refusal.value) == (
        f"there is no log group {group}: run `python -m automation deploy --env dev`"
    )


class EndlessError(Exception):
    """A test has seen enough."""


def test_what_is_followed_comes_once_however_late(platform: Platform) -> None:
    platform.log(ONE + WEB, (60, "first"), (2, "second"))
    later: list[tuple[str, ...]] = [("late", "third"), (), ("late, too",)]

    def pause(_: float) -> None:
        platform.log(OTHER + WEB, *((20 - len(later), each) for each in later.pop(0)))

    logs = InstanceLogs(platform.clients, platform.settings, query())
    found = [event.message for event in islice(logs.follow(pause), 5)]
    assert found == ["first", "second", "late", "third", "late, too"]


def test_each_look_begins_a_little_before_the_newest_event(platform: Platform) -> None:
    """So that not everything is read again and again."""
    platform.log(ONE + WEB, (3000, "old"), (10, "new"))
    asked: list[int] = []
    clients = platform.clients
    clients.logs.meta.events.register(
        "before-parameter-build.logs.FilterLogEvents",
        lambda params, **_: asked.append(params["startTime"]),
    )

    def pause(_: float) -> None:
        if len(asked) == 2:
            raise EndlessError

    with pytest.raises(EndlessError):
        list(InstanceLogs(clients, platform.settings, query()).follow(pause))
    assert abs(asked[1] / 1000 - (time.time() - 130)) < 30


def test_ctrl_c_ends_what_is_followed(
    platform: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.log(ONE + WEB, (9, "here"))

    def pause(_: float) -> None:
        raise KeyboardInterrupt

    operator = platform.operator
    operator.pause = pause
    assert show_logs(operator, query(), follow=True) == INTERRUPTED
    assert capsys.readouterr().out.endswith(f"{ONE} web: here\n")
    assert platform.told.endswith("Ctrl-C ends it\ninterrupted\n")


NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("90s", datetime(2026, 11, 30, 11, 58, 30, tzinfo=UTC)),
        ("1h", datetime(2026, 11, 30, 11, tzinfo=UTC)),
        ("2d", datetime(2026, 11, 28, 12, tzinfo=UTC)),
        ("2026-11-30T08:00:00", datetime(2026, 11, 30, 8, tzinfo=UTC)),
        ("2026-11-30T08:00:00+01:00", datetime(2026, 11, 30, 7, tzinfo=UTC)),
    ],
)
def test_a_time_is_one_or_an_age(text: str, time: datetime) -> None:
    assert moment(text, "--since", NOW) == time


def test_what_is_no_time_is_refused() -> None:
    with pytest.raises(UserError) as refusal:
        moment("yesterday", "--since", NOW)
    assert str(refusal.value) == (
        '--since: received "yesterday"; give a time such as 2026-11-30T12:00:00Z, '
        "or an age such as 30m, 1h or 2d"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"follow": True, "until": "1h"}, "--until is not for --follow: leave one of them out"),
        ({"until": "2h"}, "--until is before --since: give a later time"),
    ],
)
def test_times_that_do_not_go_together_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as refusal:
        logs(env="dev", **given)
    assert str(refusal.value) == said
