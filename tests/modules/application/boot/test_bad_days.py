"""Bad days of a boot: what an instance gets over, and what it says when it cannot."""

import time
from typing import Any

import pytest

from tests.modules.application.boot.conftest import Start, marked, state
from tests.modules.application.boot.sandbox import Sandbox, refused

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("only_this_release")]


def completed(instance: Sandbox) -> list[str]:
    """How the instance ended its launch, and for what."""
    found = []
    for line in instance.calls("aws"):
        if line.startswith("autoscaling complete-lifecycle-action "):
            words = line.split()
            assert words[words.index("--instance-id") + 1].startswith("i-")
            found.append(words[words.index("--lifecycle-action-result") + 1])
    return found


def test_the_group_is_told_once_the_instance_serves(start: Start) -> None:
    instance = start()
    assert completed(instance) == ["CONTINUE"]
    assert instance.ask("/healthz")


def test_packages_that_are_not_to_be_had_at_first_are_asked_for_again(start: Start) -> None:
    instance = start(failures={"dnf": 2})
    assert instance.errors() == []
    assert instance.ask("/readyz")


def test_packages_that_are_not_to_be_had_at_all_end_the_launch(start: Start) -> None:
    instance = start(failures={"dnf": 99})
    message = "Error: Failed to download metadata for repo 'amazonlinux'"
    refused(instance, f"installing the packages failed: {message}")
    assert completed(instance) == ["ABANDON"]


def test_an_agent_that_fails_twice_runs_in_the_end(start: Start) -> None:
    instance = start(failures={"agent": 2})
    assert [line["message"] for line in instance.lines()] == ["starting", "serving"]
    assert len(instance.calls("agent")) == 3


def test_an_instance_serves_without_its_agent_and_says_so(start: Start) -> None:
    instance = start(failures={"agent": 99})
    assert [line["message"] for line in instance.lines()] == [
        "starting",
        "starting the CloudWatch agent failed: unreachable",
        "serving",
    ]
    assert completed(instance) == ["CONTINUE"]


def test_a_release_that_fails_ends_the_launch_after_its_line_was_shipped(start: Start) -> None:
    before = time.monotonic()
    instance = start((r'GREETING="', 'MIGRATION_FAILS="'))
    assert instance.errors() == ["releasing failed: the release command failed: see release.log"]
    assert completed(instance) == ["ABANDON"]
    assert time.monotonic() - before > 2


def test_a_server_of_the_loopback_alone_never_serves(start: Start) -> None:
    instance = start(
        (r'GREETING=".*"', 'BIND="127.0.0.1"'), (r"READY_SECONDS=\d+", "READY_SECONDS=5")
    )
    (message,) = instance.errors()
    assert message.endswith("/readyz has not answered 200 for 5 seconds, but nothing: see web.log")
    assert not instance.listening()


def test_a_redirection_is_not_a_server_that_is_ready(start: Start) -> None:
    instance = start(
        (r'GREETING=".*"', 'REDIRECTS="/readyz"'), (r"READY_SECONDS=\d+", "READY_SECONDS=15")
    )
    (message,) = instance.errors()
    assert message.endswith("/readyz has not answered 200 for 15 seconds, but 301: see web.log")


def test_what_the_load_balancer_asks_for_has_to_be_answered_too(start: Start) -> None:
    instance = start(
        (r'GREETING=".*"', 'REDIRECTS="/healthz"'), (r"READY_SECONDS=\d+", "READY_SECONDS=15")
    )
    (message,) = instance.errors()
    assert message.endswith("/healthz has not answered 200 for 15 seconds, but 301: see web.log")


def test_a_release_of_somebody_slow_is_waited_for_as_long_as_it_may_take(
    start: Start, s3: Any
) -> None:
    """The time of the one before counts, not that of the waiting one."""
    marked(s3, f"running {int(time.time()) - 62} another-instance\n")
    waiting = start((r"RELEASE_SECONDS=\d+", "RELEASE_SECONDS=5"))
    assert waiting.errors() == []
    assert waiting.log("release.log") == "migrating app\n"
    assert state(s3) == "deployed"


def test_who_was_overtaken_while_it_published_does_not_release(start: Start, s3: Any) -> None:
    """Another instance takes the marker over as the first publishes its files."""
    taken = f"running {int(time.time())} another-instance"
    publishing = r"publish_static\(\) \{"
    overtaking = (
        f'publish_static() {{\n        echo "{taken}" >"$marker_file.other"\n'
        '        aws s3api put-object --bucket "$ARTIFACTS" --key "$marker" '
        '--body "$marker_file.other" --if-match "$etag" >/dev/null'
    )
    instance = start((publishing, overtaking))
    (message,) = instance.errors()
    assert message.startswith("releasing failed: ")
    assert instance.log("release.log") == ""
    assert state(s3) == "running"
