from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.bootstrap import account
from automation.bootstrap.account import GitHub
from automation.errors import UserError


def parse(repository: str | None, *branches: str, environments: tuple[str, ...] = ()) -> Any:
    return account.parse(repository, branches=branches, environments=environments)


def test_main_is_the_branch_unless_others_are_named() -> None:
    assert parse("acme/shop") == GitHub("acme/shop", ("repo:acme/shop:ref:refs/heads/main",))
    assert parse("acme/shop", "release/1", "hotfix").subjects == (
        "repo:acme/shop:ref:refs/heads/release/1",
        "repo:acme/shop:ref:refs/heads/hotfix",
    )


def test_an_environment_takes_the_place_of_branches() -> None:
    subjects = parse("acme/shop", environments=("production eu",)).subjects
    assert subjects == ("repo:acme/shop:environment:production eu",)


def test_nothing_is_said_or_nobody_is_trusted() -> None:
    assert parse(None) is None
    assert parse("none") == GitHub("none", ())
    assert parse("none").parameters == {
        "GitHubRepository": "none",
        "GitHubSubjects": "none",
        "GitHubPlanSubjects": "none",
    }


def test_pull_requests_and_the_default_branch_plan_too() -> None:
    pull_request, main = "repo:acme/shop:pull_request", "repo:acme/shop:ref:refs/heads/main"
    hotfix = "repo:acme/shop:ref:refs/heads/hotfix"
    assert parse("acme/shop").planners == (pull_request, main)
    assert parse("acme/shop", "hotfix").planners == (pull_request, main, hotfix)


@pytest.mark.parametrize(
    ("repository", "branches", "environments", "text"),
    [
        ("acme", (), (), "--github: received 'acme'; expected owner/name, or none"),
        ("a/b/c", (), (), "--github: received 'a/b/c'; expected owner/name, or none"),
        ("", (), (), "--github: received ''; expected owner/name, or none"),
        ("a/b", ("*",), (), "--branch: received '*'; expected the name of one branch"),
        ("a/b", ("x,y",), (), "--branch: received 'x,y'; expected the name of one branch"),
        (
            "a/b",
            (),
            ("x:y",),
            "--github-environment: received 'x:y'; expected the name of one environment, without "
            ": * ? ,",
        ),
        (
            None,
            ("main",),
            (),
            "--branch and --github-environment need --github owner/name as well",
        ),
        (
            "none",
            (),
            ("prod",),
            "--branch and --github-environment need --github owner/name as well",
        ),
    ],
)
def test_other_names_are_refused(
    repository: str | None, branches: tuple[str, ...], environments: tuple[str, ...], text: str
) -> None:
    with pytest.raises(UserError) as refusal:
        parse(repository, *branches, environments=environments)
    assert str(refusal.value) == text


@given(st.text(max_size=30))
def test_no_branch_can_stand_for_several_subjects(branch: str) -> None:
    try:
        found = parse("acme/shop", branch)
    except UserError:
        return
    assert not set(found.parameters["GitHubSubjects"]) & set(",*? ")
