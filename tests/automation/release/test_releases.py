import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from automation.emulator import Emulator
from automation.errors import UserError
from automation.release import boot_errors
from automation.release.command import ReleaseCommand, ReleaseRequest, run_releases
from config import Settings, load
from tests.automation.consoles import Consoles
from tests.automation.release.applications import IMAGE, Application

FIRST, SECOND = "1" * 64, "2" * 64
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id="123456789012", region="us-west-2", workspace=workspace) as started:
        yield started


@pytest.fixture
def settings() -> Settings:
    return load("dev").model_copy(update={"app_id": f"release{next(_numbers)}"})


@pytest.fixture
def application(emulator: Emulator, settings: Settings) -> Application:
    return Application(emulator, settings)


def test_the_release_is_that_of_the_version_that_the_group_names(application: Application) -> None:
    application.deploy(FIRST)
    assert application.releases.current == FIRST[:12]
    application.deploy(SECOND, version=2)
    assert application.releases.current == SECOND[:12]
    assert application.releases.previous == FIRST[:12]


def test_a_release_is_known_with_the_image_that_it_had_last(application: Application) -> None:
    application.deploy(FIRST)
    application.deploy(FIRST, version=2, image="ami-0123456789abcdef0")
    application.deploy(SECOND, version=3)
    assert application.releases.image(FIRST) == "ami-0123456789abcdef0"
    assert application.releases.image(SECOND) == IMAGE
    assert application.releases.image("3" * 64) is None


def test_a_change_of_something_else_is_no_earlier_release(application: Application) -> None:
    application.deploy(FIRST)
    application.deploy(SECOND, version=2)
    application.deploy(SECOND, version=3)
    assert application.releases.previous == FIRST[:12]


def test_there_is_none_before_the_first(application: Application, settings: Settings) -> None:
    application.deploy(FIRST)
    application.deploy(FIRST, version=2)
    with pytest.raises(UserError) as refusal:
        _ = application.releases.previous
    name = settings.naming.name("application")
    assert str(refusal.value) == (
        f"111111111111 is the first release of {name}: there is none before it; "
        "name another with `rollback --to`"
    )


def test_nothing_is_deployed(application: Application, settings: Settings) -> None:
    with pytest.raises(UserError) as refusal:
        _ = application.releases.current
    name = settings.naming.name("application")
    assert str(refusal.value) == (
        f"{name} is not deployed with a release: run `python -m automation deploy --env dev`"
    )


def test_a_release_is_known_by_how_its_hash_begins(application: Application) -> None:
    application.publish(FIRST, SECOND)
    assert application.releases.resolve("11") == FIRST


@pytest.mark.parametrize(
    ("beginning", "said"),
    [("", "2 published releases begin with ''"), ("3", "no published release begins with '3'")],
)
def test_what_names_no_release_or_several(
    application: Application, settings: Settings, beginning: str, said: str
) -> None:
    application.publish(FIRST, SECOND)
    with pytest.raises(UserError) as refusal:
        application.releases.resolve(beginning)
    bucket = settings.naming.bucket("artifacts")
    assert str(refusal.value) == (
        f"`rollback --to`: {said}; give how one begins, and no other, of those in "
        f"s3://{bucket}/releases/"
    )


def test_a_group_launches_from_an_earlier_version_again(application: Application) -> None:
    application.deploy(FIRST)
    application.deploy(SECOND, version=2)
    application.refreshes.launch_from(1)
    assert application.releases.current == FIRST[:12]
    assert "MixedInstancesPolicy" not in application.group()


def test_what_a_group_buys_stays_as_it_is(application: Application) -> None:
    application.deploy(FIRST)
    application.deploy(SECOND, version=2)
    application.buy_several_types()
    before = application.group()["MixedInstancesPolicy"]
    application.refreshes.launch_from(1)
    after = application.group()["MixedInstancesPolicy"]
    assert application.releases.current == FIRST[:12]
    assert after["InstancesDistribution"] == before["InstancesDistribution"]
    assert after["LaunchTemplate"]["Overrides"] == before["LaunchTemplate"]["Overrides"]


def test_all_instances_are_replaced_once_at_a_time(application: Application) -> None:
    application.deploy(FIRST)
    started = application.refreshes.start(matching=True)
    assert started.ok
    latest = application.refreshes.latest()
    assert latest is not None
    assert latest.id == started.id


def test_instances_say_why_they_did_not_boot(application: Application, settings: Settings) -> None:
    logs = application.clients.logs
    group, stream = settings.naming.path("application/app"), "i-0123456789abcdef0"
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = int(time.time() * 1000)
    lines: tuple[tuple[int, object], ...] = (
        (now - 60_000, {"logger": "boot", "level": "ERROR", "message": "of an earlier release"}),
        (now, {"logger": "boot", "level": "INFO", "message": "starting"}),
        (now + 1, {"logger": "boot", "level": "ERROR", "message": "releasing failed: see there"}),
    )
    events: list[Any] = [{"timestamp": at, "message": json.dumps(line)} for at, line in lines]
    events.append({"timestamp": now + 2, "message": "no JSON at all"})
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    found = list(boot_errors(application.clients, settings, now / 1000))
    assert found == [f"{stream}: releasing failed: see there"]


def test_what_is_published_is_told_with_where_it_runs(application: Application) -> None:
    application.publish(FIRST, SECOND, "3" * 64)
    application.deploy(FIRST)
    application.deploy(SECOND, version=2, image="ami-0123456789abcdef0")
    found = {each.sha256: each for each in application.releases.published()}
    assert found.keys() == {FIRST, SECOND, "3" * 64}
    assert (found[FIRST].image, found[FIRST].instances) == (IMAGE, 1)
    assert (found[SECOND].image, found[SECOND].instances) == ("ami-0123456789abcdef0", 0)
    never = found["3" * 64]
    assert (never.deployed, never.deployed_by, never.instances) == (None, None, 0)


def test_what_was_published_and_never_deployed_runs_nowhere(application: Application) -> None:
    application.publish(FIRST)
    (found,) = application.releases.published()
    assert (found.sha256, found.deployed, found.instances) == (FIRST, None, 0)


def test_releases_are_told_in_a_table_and_as_json(
    application: Application,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    application.publish(FIRST, SECOND)
    application.deploy(FIRST)
    monkeypatch.setattr("automation.release.command.settings_of", lambda _: settings)
    monkeypatch.setattr("automation.release.command.connect", lambda _: application.session)
    consoles = Consoles()

    def told(*, as_json: bool) -> int:
        return run_releases(
            "dev", as_json=as_json, console=consoles.console, progress=consoles.progress
        )

    assert told(as_json=False) == 0
    lines = consoles.output.getvalue().splitlines()
    assert lines[0].split()[0] == "release"
    (row,) = (line.split() for line in lines if line.strip().startswith(FIRST[:12]))
    assert row[-2:] == [IMAGE, "1"]
    assert told(as_json=True) == 0
    assert {each["sha256"] for each in json.loads(capsys.readouterr().out)} == {FIRST, SECOND}


def test_a_failed_release_is_taken_back_whole(
    application: Application, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its refresh goes back to itself, for ever, until somebody ends that."""
    application.deploy(FIRST)
    consoles = Consoles()
    command = ReleaseCommand(
        ReleaseRequest(environment="dev"),
        console=consoles.console,
        progress=consoles.progress,
        pause=0,
    )

    def deploy(*_: object, **__: object) -> int:
        application.deploy(SECOND, version=2)
        application.fail_refresh()
        return 0

    monkeypatch.setattr(command, "_deploy", deploy)
    application.clients.logs.create_log_group(logGroupName=settings.naming.path("application/app"))
    assert command._roll(application.clients, settings) == 1
    assert application.releases.current == FIRST[:12]
    said = " ".join(consoles.output.getvalue().split())
    assert f"release {FIRST[:12]} runs on every instance again" in said
    (instance,) = application.group()["Instances"]
    assert instance["LaunchTemplate"]["Version"] == "1"
