"""A resource keeps its address, or says where it was before."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

from tests import addresses, decided
from tests.conftest import ENVIRONMENTS, OPTIONS, Tiers
from tests.synthesized import synthesize


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, OPTIONS])
def test_every_address_is_where_it_was(environment: str, request: pytest.FixtureRequest) -> None:
    tiers: Tiers = request.getfixturevalue("platform_of")(environment)
    contents = {tier: stack.parsed for tier, stack in tiers.items()}
    committed = addresses.read(environment, addresses.OURS)
    lost = addresses.lost(committed, contents)
    if lost and addresses.MODE != "destroy":
        pytest.fail(addresses.remedy(lost), pytrace=False)
    if addresses.MODE:
        addresses.write(environment, addresses.of(contents), addresses.OURS)
    elif committed != addresses.of(contents):
        new = sorted(addresses.of(contents) - committed)
        pytest.fail(f"run `make addresses` for {environment}: {', '.join(new)}", pytrace=False)


def differing(platform_of: Callable[[str], Tiers]) -> set[str]:
    """What some environments have and others lack.

    It is read from what is synthesized: lists are renewed one after the other, if at all.
    """
    present = [
        addresses.of({tier: stack.parsed for tier, stack in platform_of(each).items()})
        for each in (*ENVIRONMENTS, OPTIONS)
    ]
    return present[0].union(*present) - present[0].intersection(*present)


def test_what_not_every_environment_has_is_what_settings_decide_about(
    platform_of: Callable[[str], Tiers],
) -> None:
    """A pattern that says so of too little would call a changed e-mail address a rename."""
    found = differing(platform_of)
    assert sorted(each for each in found if not decided.by(each)) == []
    assert decided.unused(found) == []


def test_lists_of_which_some_are_renewed_make_no_difference(
    platform_of: Callable[[str], Tiers], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = differing(platform_of)
    monkeypatch.setattr(addresses, "OURS", tmp_path)
    addresses.write("prod", {"queue aws_sqs_queue.work"}, tmp_path)
    assert differing(platform_of) == before != set()


def test_what_settings_decide_about_is_told_in_the_users_terms() -> None:
    before = {
        "network aws_vpc.vpc",
        "monitoring aws_sns_topic_subscription.topic_oneexamplecom_1A2B3C4D",
    }
    after = {
        "network aws_vpc.vpc",
        "monitoring aws_sns_topic_subscription.topic_twoexamplecom_1A2B3C4D",
        "edge aws_route53_record.names_apiexamplecom-A_1A2B3C4D",
    }
    assert addresses.news("qa", before, after) == (
        "addresses/qa.txt is of other settings, by which some resources come, go or have another "
        "address (domain, dns.aliases; monitoring.alarm_emails): no construct was renamed; "
        "`make addresses` renews the list"
    )
    assert addresses.news("qa", after, after) == ""
    assert addresses.news("qa", set(), after).startswith("there is no addresses/qa.txt yet: ")


def topic(id_: str, *was: str) -> dict[str, object]:
    def build(stack: TerraformStack) -> None:
        resource = SnsTopic(stack, id_)
        for former in was:
            resource.move_from_id(former)

    return synthesize(build).parsed


def test_a_renamed_construct_is_lost() -> None:
    before = addresses.of({"queue": topic("alarms")})
    assert before == {"queue aws_sns_topic.alarms"}
    assert addresses.lost(before, {"queue": topic("alerts")}) == ["queue aws_sns_topic.alarms"]


def test_a_moved_one_is_not() -> None:
    before = addresses.of({"queue": topic("alarms")})
    after = {"queue": topic("alerts", "aws_sns_topic.alarms")}
    assert addresses.lost(before, after) == []


def test_a_move_counts_within_its_stack_only() -> None:
    before = addresses.of({"queue": topic("alarms")})
    after = {"other": topic("alerts", "aws_sns_topic.alarms")}
    assert addresses.lost(before, after) == ["queue aws_sns_topic.alarms"]


def test_moves_are_followed_to_where_something_is() -> None:
    moves = [{"from": "a.one", "to": "a.two"}, {"from": "a.two", "to": "a.three"}]
    present = {"queue": {"moved": moves, "resource": {"a": {"three": {}}}}}
    assert addresses.lost({"queue a.one"}, present) == []
    gone = {"queue": {"moved": moves, "resource": {}}}
    assert addresses.lost({"queue a.one"}, gone) == ["queue a.one"]


def test_moves_in_a_circle_lead_nowhere() -> None:
    moves = [{"from": "a.one", "to": "a.two"}, {"from": "a.two", "to": "a.one"}]
    assert addresses.lost({"queue a.one"}, {"queue": {"moved": moves}}) == ["queue a.one"]


def test_what_is_lost_comes_with_a_remedy() -> None:
    remedy = addresses.remedy(["queue aws_sns_topic.alarms"])
    assert "queue aws_sns_topic.alarms" in remedy
    assert 'resource.move_from_id("aws_sns_topic.alarms")' in remedy
    assert "ADDRESSES=destroy" in remedy


def test_the_list_can_be_read_as_it_was_written(tmp_path: Path) -> None:
    folder = tmp_path / "addresses"
    assert addresses.read("qa", folder) == set()
    addresses.write("qa", {"queue a.two", "queue a.one"}, folder)
    assert addresses.read("qa", folder) == {"queue a.one", "queue a.two"}
    assert (tmp_path / "addresses" / "qa.txt").read_text(encoding="utf-8").startswith("# Every")
