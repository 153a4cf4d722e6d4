from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from automation.aws.clients import Clients
from automation.emulator import Emulator
from automation.emulator.calls import Response
from automation.release import Progress, Refreshes
from tests.automation.bootstrap.front import Front

GROUP = "dev-349081-application"
# The emulator's refreshes succeed at once, so AWS's own words are put in its place.
_ANSWER = (
    "<DescribeInstanceRefreshesResponse><DescribeInstanceRefreshesResult><InstanceRefreshes>"
    "<member><InstanceRefreshId>one</InstanceRefreshId>{}</member>"
    "</InstanceRefreshes></DescribeInstanceRefreshesResult></DescribeInstanceRefreshesResponse>"
)


def status(name: str, percent: int = 0, reason: str = "") -> str:
    return (
        f"<Status>{name}</Status><PercentageComplete>{percent}</PercentageComplete>"
        f"<StatusReason>{reason}</StatusReason>"
    )


def taken_back(name: str, percent: int, reason: str) -> str:
    return (
        f"<Status>{name}</Status><PercentageComplete>40</PercentageComplete><RollbackDetails>"
        f"<RollbackReason>{reason}</RollbackReason>"
        f"<PercentageCompleteOnRollback>{percent}</PercentageCompleteOnRollback>"
        "</RollbackDetails>"
    )


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder: Path = tmp_path_factory.mktemp("emulator")
    emulator = Emulator(account_id="123456789012", region="us-west-2", workspace=folder)
    with emulator, Front(emulator, folder) as running:
        yield running


def follow(front: Front, said: Sequence[str]) -> tuple[Progress, list[str]]:
    """What is told of a refresh of which AWS says one thing after the other."""
    answers = iter(said)

    def rule(call: str, _: Callable[[], Response]) -> Response | None:
        if call != "DescribeInstanceRefreshes":
            return None
        return 200, {"Content-Type": "text/xml"}, _ANSWER.format(next(answers))

    front.rules = [rule]
    refreshes = Refreshes(Clients(front.session, "us-west-2"), GROUP)
    started, told = refreshes.latest(), list[str]()
    assert started is not None
    ended = refreshes.follow(started, lambda each: told.append(str(each)), pause=0)
    return ended, told


def test_a_refresh_is_followed_to_its_end(front: Front) -> None:
    waiting = "Waiting for instances to warm up before continuing."
    ended, told = follow(
        front,
        [
            status("Pending"),
            status("InProgress", 33, waiting),
            status("InProgress", 33, waiting),
            status("Successful", 100),
        ],
    )
    assert ended.ok
    assert told == [
        "instance refresh: Pending, 0 %",
        f"instance refresh: InProgress, 33 %: {waiting}",
        "instance refresh: Successful, 100 %",
    ]


def test_a_release_that_is_taken_back_says_why(front: Front) -> None:
    reason = "Instance refresh failed as 1 instance failed its health check."
    ended, told = follow(
        front,
        [
            status("InProgress", 40),
            taken_back("RollbackInProgress", 50, reason),
        ],
    )
    # To the new version again, which nobody waits for.
    assert (ended.ok, ended.goes_back, ended.reason) == (False, True, reason)
    assert told[1:] == [f"instance refresh: RollbackInProgress, 50 %: {reason}"]


@pytest.mark.parametrize("end", ["Failed", "Cancelled", "RollbackFailed"])
def test_a_failed_refresh_ends_the_waiting(front: Front, end: str) -> None:
    ended, _ = follow(front, [status("InProgress", 10), status(end, 10, "why")])
    assert (ended.ok, ended.status, ended.reason) == (False, end, "why")


def test_a_group_that_was_never_refreshed(front: Front) -> None:
    front.rules = []
    assert Refreshes(Clients(front.session, "us-west-2"), GROUP).latest() is None
