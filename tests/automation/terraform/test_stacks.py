from collections.abc import Callable
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.terraform.stacks import Synthesis, choose, dependencies, ordered, read, stacks_of
from config import load
from tests.automation.terraform import tiny
from tests.promises import SHIPPED


def test_all_of_them_when_none_is_named() -> None:
    assert choose((), SHIPPED) == SHIPPED


def test_those_that_are_named_once_and_in_the_platform_s_order() -> None:
    assert choose(("edge", "network", "edge"), SHIPPED) == ("network", "edge")


@pytest.mark.parametrize(
    ("tiers", "refusal"),
    [
        (("databse",), 'there is no tier "databse": did you mean database?'),
        (
            ("network", "x"),
            'there is no tier "x": use any of logs, security, network, dns, storage, '
            "database, web, application, edge, audit, monitoring",
        ),
        (
            ("netwrk", "stroage"),
            'there is no tier "netwrk": did you mean network?; '
            'there is no tier "stroage": did you mean storage?',
        ),
    ],
)
def test_one_that_does_not_exist(tiers: tuple[str, ...], refusal: str) -> None:
    with pytest.raises(UserError) as caught:
        choose(tiers, SHIPPED)
    assert str(caught.value) == refusal


def test_they_are_what_is_synthesized_each_after_those_that_it_reads_from() -> None:
    def synthesize(environment: str, output: Path) -> Synthesis:
        return Synthesis(environment, output, tiny.write(output, load("dev").naming), 0)

    stacks = stacks_of("dev", synthesize)
    assert [stack.name for stack in stacks] == ["security", "storage", "dns", "application"]
    # What was synthesized is gone, and still known.
    assert not stacks[0].file.exists()
    assert "aws_sns_topic" in stacks[0].content["resource"]


def test_they_do_not_wait_for_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its directory nor its wheels are looked at to say which tiers there are."""
    monkeypatch.setenv("APP_RELEASE", "of no release")
    assert {stack.name for stack in stacks_of("dev")} >= set(SHIPPED)


def test_the_order_is_that_of_the_dependencies(output_of: Callable[[str], Path]) -> None:
    stacks = ordered(read(output_of("dev")))
    names = [stack.name for stack in stacks]
    for tier, upstreams in dependencies(stacks).items():
        assert all(names.index(each) < names.index(tier) for each in upstreams)


def test_what_outlives_a_stack_is_named_by_its_address(output_of: Callable[[str], Path]) -> None:
    kept = {
        environment: {
            stack.name: len(stack.kept) for stack in read(output_of(environment)) if stack.kept
        }
        for environment in ("prod", "dev")
    }
    assert kept == {"prod": {"security": 1}, "dev": {}}
    (security,) = (each for each in read(output_of("prod")) if each.name == "security")
    assert security.kept[0].startswith("aws_kms_key.data_")
