"""Processes beside web: a worker on every instance, and one of a schedule on one of them."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from artifact import Release, Runtime, pack
from tests.conftest import SMALL_APPLICATION
from tests.modules.application.boot.conftest import ARTIFACTS, REGION, RELEASE, Start
from tests.modules.application.boot.sandbox import Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("only_this_release")]
WORKER, TIDY = "application-process-worker", "application-process-tidy"
CLAIM = "application-claim@tidy"
MARKER = "deployments/processes/tidy"


@pytest.fixture
def working(s3: Any, tmp_path: Any) -> Release:
    """The application of the options environment, published."""
    runtime = Runtime(
        packages=(), architecture="x86_64", region=REGION, processes=("tidy", "worker")
    )
    directory = SMALL_APPLICATION.with_name("working_application")
    release = pack(directory, runtime=runtime, static_directory="static", workspace=tmp_path)
    assert release.file is not None
    s3.put_object(
        Bucket=ARTIFACTS,
        Key=f"releases/{release.sha256}.tar.gz",
        Body=release.file.read_bytes(),
    )
    return release


@pytest.fixture
def instance(start: Start, working: Release) -> Sandbox:
    return start((RELEASE, working.sha256))


def this_minute() -> int:
    return int(time.time()) // 60


def strike(instance: Sandbox, minute: int) -> None:
    """The timer elapses, some seconds into a minute."""
    elapsed = datetime.fromtimestamp(minute * 60 + 7, UTC)
    (instance.root / f"{TIDY}.timer.elapsed").write_text(f"{elapsed:%a %F %T} UTC\n")
    # Of every start, systemd tells when the timer elapsed for the first time.
    # https://github.com/systemd/systemd-stable/blob/v252-stable/src/core/unit.c
    first = {"TRIGGER_TIMER_REALTIME_USEC": "60000000"}
    instance.run(str(instance.root / "stubs/systemctl"), "start", CLAIM, **first)


def test_they_are_started_once_web_serves(instance: Sandbox) -> None:
    assert instance.errors() == []
    assert instance.ask("/readyz")["PORT"] == str(instance.port)
    enabled = [call for call in instance.calls("systemctl") if call.startswith("enable")]
    assert enabled[-3:] == [
        f"enable --now application@{instance.port}",
        f"enable --now {WORKER}.service",
        f"enable --now {TIDY}.timer",
    ]
    assert instance.settled("worker.log") == "worker a 'secret' $value no port\n"
    assert instance.log("tidy.log") == ""


def test_a_worker_is_asked_to_end_before_it_is_killed(instance: Sandbox) -> None:
    instance.settled("worker.log")
    instance.run(str(instance.root / "stubs/systemctl"), "stop", f"{WORKER}.service")
    assert instance.log("worker.log").endswith("SIGTERM\n")


def test_a_worker_that_fails_takes_nothing_down(start: Start, working: Release) -> None:
    instance = start(
        (RELEASE, working.sha256), (r"ExecStart=\S+run-process worker", "ExecStart=/bin/false")
    )
    assert [line["message"] for line in instance.lines()] == ["starting", "serving"]
    assert instance.ask("/healthz")


def test_an_earlier_release_without_the_line_says_so(start: Start) -> None:
    instance = start()
    assert instance.settled("worker.log") == "the Procfile of this release has no line worker\n"
    assert instance.ask("/healthz")


def test_two_instances_run_what_has_a_schedule_once_for_each_time(
    start: Start, working: Release, s3: Any
) -> None:
    one, other = (start((RELEASE, working.sha256)) for _ in range(2))
    ran, last = "tidy a 'secret' $value no port\n", this_minute()

    def log() -> str:
        return one.log("tidy.log") + other.log("tidy.log")

    for struck, (first, second) in enumerate(((one, other), (other, one), (one, other)), 1):
        strike(first, last + struck - 3)
        strike(second, last + struck - 3)
        assert log() == ran * struck
        assert first.log("tidy.log").count(ran) + second.log("tidy.log").count(ran) == struck
    # Who comes late, or whose clock is behind, runs nothing that is over.
    strike(other, last - 1)
    assert log() == ran * 3
    (marker,) = s3.list_objects_v2(Bucket=ARTIFACTS, Prefix=MARKER)["Contents"]
    body = s3.get_object(Bucket=ARTIFACTS, Key=marker["Key"])["Body"].read().decode()
    assert body == f"{last} {one.root.name}\n"


def test_a_run_that_fails_is_told(start: Start, working: Release) -> None:
    instance = start((RELEASE, working.sha256), ('GREETING="', 'TIDYING_FAILS="1" GREETING="'))
    strike(instance, this_minute())
    told = json.loads(instance.log("tidy.log").splitlines()[-1])
    assert (told["level"], told["logger"]) == ("ERROR", "process")
    assert told["message"].startswith("tidy failed: exit-code")
    assert instance.ask("/healthz")


def test_no_variable_of_the_application_leads_root_astray(
    start: Start, working: Release, tmp_path: Path
) -> None:
    """A shell that is not interactive begins with what BASH_ENV names."""
    led, script = tmp_path / "led", tmp_path / "script"
    script.write_text(f'echo "${{0##*/}}" >>{led}\n')
    variable = f'BASH_ENV="{script}"\n      GREETING="'
    instance = start((RELEASE, working.sha256), ('GREETING="', variable))
    strike(instance, this_minute())
    assert instance.log("tidy.log") == "tidy a 'secret' $value no port\n"
    astray = {*led.read_text().splitlines()}
    assert "run-process" in astray
    assert not {"claim-run", "hand-out-credentials", "start-application"} & astray


def test_nothing_is_run_where_nobody_can_tell_by_whom(instance: Sandbox, s3: Any) -> None:
    """A marker that says nothing, or a bucket that refuses."""
    s3.put_object(Bucket=ARTIFACTS, Key=MARKER, Body=b"")
    strike(instance, this_minute())
    (line,) = instance.log("tidy.log").splitlines()
    assert json.loads(line)["message"].startswith("tidy failed: exit-code")
