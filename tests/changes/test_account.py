"""Copies of an emulated account."""

from pathlib import Path

from tests.changes.account import CopiedAccount


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
                # What is retried in vain in one ends no Terraform that works on another.
                assert len({each.stubborn for each in (account, copy, second)}) == 3
            assert topics(copy) == ["both", "copy"]
            assert copy.alive
        assert topics(account) == ["both", "original"]
        assert account.seen == []
