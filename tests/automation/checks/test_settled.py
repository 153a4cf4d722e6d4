"""How long `verify --wait` looks again."""

import time
from collections.abc import Sequence

from automation.checks import Claim, Finding, settled

SPREADING = Finding("edge", "distribution: state", ok=False, detail="InProgress", settling=True)
BROKEN = Finding("state", "bucket", ok=False, detail="there is none")
FINE = Finding("edge", "distribution: state", ok=True, detail="Deployed")


class Account:
    """What is found, look after look; the last for ever."""

    def __init__(self, *looks: Sequence[Finding]) -> None:
        self._looks = looks
        self.asked = 0
        self.told: list[str] = []

    def look(self) -> Sequence[Finding]:
        self.asked += 1
        return self._looks[min(self.asked, len(self._looks)) - 1]

    def settled(self, seconds: float) -> Sequence[Finding]:
        return settled(self.look, seconds=seconds, tell=self.told.append, pause=0.01)


def test_what_aws_is_still_at_is_waited_for_and_told() -> None:
    account = Account([SPREADING, BROKEN], [SPREADING], [FINE])
    assert account.settled(60) == [FINE]
    assert account.told == ["waiting for 60 s at most: edge: distribution: state: InProgress"] * 2


def test_what_nobody_is_at_is_not_waited_for() -> None:
    account = Account([BROKEN, FINE])
    assert account.settled(60) == [BROKEN, FINE]
    assert (account.asked, account.told) == (1, [])


def test_the_wait_ends_when_its_time_is_over() -> None:
    account, start = Account([SPREADING]), time.monotonic()
    assert account.settled(0.05) == [SPREADING]
    assert 0.05 <= time.monotonic() - start < 10
    assert account.asked > 2


def test_without_time_there_is_one_look() -> None:
    account = Account([SPREADING], [FINE])
    assert account.settled(0) == [SPREADING]
    assert account.told == []


def test_what_holds_is_not_under_way() -> None:
    assert not Claim("state", ok=True, detail="Deployed").otherwise("wait", settling=True).settling
    assert Claim("state", ok=False, detail="found").otherwise("wait", settling=True).settling
