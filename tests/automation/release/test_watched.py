"""A release whose health check is answered and whose pages fail.

The alarm and the refresh are those that are synthesized; what visitors do to the alarm is counted
by CloudWatch's rules.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation.emulator import Emulator
from automation.release.command import ReleaseCommand, ReleaseRequest
from config import Settings, load
from config.application import RELEASE_ERRORS
from tests.automation.consoles import Consoles
from tests.automation.release.applications import Application
from tests.changes.measured import ERRORS, REQUESTS
from tests.cloudwatch import Measured, MetricAlarm, State
from tests.conftest import Tiers

FIRST, SECOND = "1" * 64, "2" * 64
INSTANCES = 3


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(account_id="123456789012", region="us-west-2", workspace=tmp_path) as started:
        yield started


@pytest.fixture
def settings() -> Settings:
    return load("prod")


@pytest.fixture
def application(emulator: Emulator, settings: Settings) -> Application:
    application = Application(emulator, settings)
    application.clients.logs.create_log_group(logGroupName=settings.naming.path("application/app"))
    application.deploy(FIRST, size=INSTANCES)
    application.add_alarm(RELEASE_ERRORS)
    return application


def refresh_of(prod: Tiers, alarm: str) -> dict[str, Any]:
    """The preferences of the group, as the provider sends them."""
    given = prod["application"].only("aws_autoscaling_group")["instance_refresh"]["preferences"]
    ((id_, resource),) = prod["application"].resources("aws_cloudwatch_metric_alarm").items()
    assert resource["alarm_name"] == alarm
    reference = f"${{aws_cloudwatch_metric_alarm.{id_}.alarm_name}}"
    assert given["alarm_specification"] == {"alarms": [reference]}
    return {
        "AlarmSpecification": {"Alarms": [alarm]},
        "AutoRollback": given["auto_rollback"],
        "CheckpointDelay": int(given["checkpoint_delay"]),
        "CheckpointPercentages": given["checkpoint_percentages"],
        "SkipMatching": given["skip_matching"],
    }


def state_after(prod: Tiers, visits: tuple[int, int]) -> State:
    """Of the alarm, once the checkpoint is over: so many requests a minute, and how many failed."""
    (resource,) = prod["application"].resources("aws_cloudwatch_metric_alarm").values()
    given = prod["application"].only("aws_autoscaling_group")["instance_refresh"]["preferences"]
    minutes = range(int(given["checkpoint_delay"]) // 60)
    requests, errors = visits
    # The load balancer tells nothing of what there is none of.
    series = {
        name: {minute: [(count, 1)] for minute in minutes if count}
        for name, count in ((REQUESTS, requests), (ERRORS, errors))
    }
    alarm, measured, state = MetricAlarm(resource), Measured(series), State.OK
    for minute in minutes:
        state = alarm.state(measured, minute, state, late=2)
        if state is State.ALARM:
            return state
    return state


def roll(
    application: Application, settings: Settings, patch: pytest.MonkeyPatch, deploy: Any
) -> tuple[int, str]:
    consoles = Consoles()
    command = ReleaseCommand(
        ReleaseRequest(environment="prod"),
        console=consoles.console,
        progress=consoles.progress,
        pause=0,
    )
    patch.setattr(command, "_deploy", deploy)
    code = command._roll(application.clients, settings)
    return code, " ".join((consoles.errors.getvalue() + consoles.output.getvalue()).split())


@pytest.mark.parametrize(
    ("visits", "stopped"),
    [
        # One of three instances, all of whose pages fail, or a quarter of them.
        pytest.param((600, 200), True, id="a busy site"),
        pytest.param((600, 50), True, id="a busy site, of which some pages fail"),
        pytest.param((6, 2), True, id="a small site"),
        pytest.param((60_000, 600), False, id="a busy site with its usual errors"),
        pytest.param((600, 0), False, id="nothing fails"),
        pytest.param((0, 0), False, id="nobody visits"),
    ],
)
def test_a_release_whose_pages_fail_is_stopped_at_the_first_checkpoint(
    visits: tuple[int, int],
    stopped: bool,
    application: Application,
    prod: Tiers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = application.settings
    alarm = settings.naming.name(RELEASE_ERRORS)
    amid: list[str] = []

    def deploy(*_: object, watched: bool) -> int:
        assert watched
        application.deploy(SECOND, version=2)
        application.begin_refresh(refresh_of(prod, alarm))
        amid.extend(application.versions())
        application.ring(RELEASE_ERRORS, state_after(prod, visits))
        return 0

    code, said = roll(application, settings, monkeypatch, deploy)
    assert amid == ["1", "1", "2"]
    assert "instance refresh: InProgress, 33 %" in said
    versions = application.versions()
    if not stopped:
        assert (code, versions) == (0, ["2"] * INSTANCES)
        return
    assert (code, versions) == (1, ["1"] * INSTANCES)
    assert application.releases.current == FIRST[:12]
    assert f"the alarm {alarm} is on" in said
    assert "docs/runbooks/release-errors.md says where to look" in said
    assert f"release {FIRST[:12]} runs on every instance again" in said


def test_what_may_mend_a_failing_site_is_not_stopped_by_its_errors(
    application: Application, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS stops a refresh at once whose alarm is on."""
    application.ring(RELEASE_ERRORS, State.ALARM)
    asked: list[bool] = []

    def deploy(*_: object, watched: bool) -> int:
        asked.append(watched)
        application.deploy(SECOND, version=2)
        application.begin_refresh({"AutoRollback": True, "SkipMatching": True})
        return 0

    code, said = roll(application, settings, monkeypatch, deploy)
    assert (code, asked, application.versions()) == (0, [False], ["2"] * INSTANCES)
    assert "whatever is released may mend that, so nothing stops it" in said
