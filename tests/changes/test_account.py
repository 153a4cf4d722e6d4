"""Copies of an emulated account, and when somebody gives up on one."""

import time
from pathlib import Path

import pytest

from tests.changes.account import CopiedAccount
from tests.changes.refusals import Refusals
from tests.faults.calls import Call, Protocol

DELETE = Call("acm", "DeleteCertificate", Protocol.JSON)
IN_USE = '{"__type": "ResourceInUseException"}'


def test_a_copy_and_what_it_was_made_of_leave_each_other_alone(tmp_path: Path) -> None:
    def topics(account: CopiedAccount) -> list[str]:
        found = account.client("sns").list_topics()["Topics"]
        return sorted(each["TopicArn"].rpartition(":")[2] for each in found)

    with CopiedAccount(
        account_id="123456789012", region="us-west-2", workspace=tmp_path
    ) as account:
        account.client("sns").create_topic(Name="both")
        with account.copy() as copy:
            account.client("sns").create_topic(Name="original")
            copy.client("sns").create_topic(Name="copy")
            with copy.copy() as second:
                assert topics(second) == ["both", "copy"]
            assert topics(copy) == ["both", "copy"]
            assert copy.alive
        assert topics(account) == ["both", "original"]
        assert account.seen == []


def test_what_is_refused_again_and_again_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals, now = Refusals(), time.monotonic()
    for _ in range(6):
        refusals.note(DELETE, b"one", 400, IN_USE)
    assert refusals.stuck == ""
    monkeypatch.setattr("time.monotonic", lambda: now + 60)
    assert refusals.stuck == "acm DeleteCertificate: ResourceInUseException"
    refusals.note(Call("ec2", "DescribeSubnets", Protocol.EC2), b"", 200, "")
    assert refusals.stuck
    refusals.note(Call("ec2", "CreateSubnet", Protocol.EC2), b"", 200, "")
    assert refusals.stuck == ""
