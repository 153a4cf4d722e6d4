import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.bootstrap import account
from automation.bootstrap.account import GitHub
from automation.errors import UserError


def parse(
    repository: str | None,
    *branches: str,
    environments: tuple[str, ...] = (),
    ids: str | None = None,
) -> Any:
    return account.parse(
        repository, branches=branches, environments=environments, default="prod", ids=ids
    )


def test_the_environment_s_own_workflow_deploys_unless_branches_are_named() -> None:
    assert parse("acme/shop") == GitHub("acme/shop", ("repo:acme/shop:environment:prod",))
    assert parse("acme/shop", "release/1", "hotfix").subjects == (
        "repo:acme/shop:ref:refs/heads/release/1",
        "repo:acme/shop:ref:refs/heads/hotfix",
    )


def test_an_environment_takes_the_place_of_branches() -> None:
    subjects = parse("acme/shop", environments=("production eu",)).subjects
    assert subjects == ("repo:acme/shop:environment:production eu",)


def test_both_forms_of_a_subject_are_trusted_and_the_id_in_either() -> None:
    found = parse("acme/shop", environments=("prod",), ids="12/34")
    old, new = "repo:acme/shop", "repo:acme@12/shop@34"
    assert found.subjects == (f"{old}:environment:prod", f"{new}:environment:prod")
    assert found.planners == (
        f"{old}:pull_request",
        f"{old}:ref:refs/heads/main",
        f"{new}:pull_request",
        f"{new}:ref:refs/heads/main",
        *found.subjects,
    )
    assert found.parameters["GitHubRepositoryId"] == "34"


@pytest.mark.parametrize("ids", ["12", "12/34/56", "*/34", "12/*", "12/34,56", "acme/shop", ""])
def test_other_ids_are_refused(ids: str) -> None:
    with pytest.raises(UserError) as refusal:
        parse("acme/shop", ids=ids)
    expected = "expected the owner's and the repository's, as 12/34"
    assert str(refusal.value) == f"--github-ids: received {ids!r}; {expected}"


def gh(folder: Path, answer: str, code: int = 0) -> str:
    """A stand-in for GitHub's program, and where it is found."""
    program = folder / "gh"
    program.write_text(
        f"#!/bin/sh\ntest \"$*\" = 'api repos/acme/shop' || exit 9\necho '{answer}'\nexit {code}\n"
    )
    program.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def test_ids_are_asked_of_gh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps({"id": 34, "full_name": "Acme/shop", "owner": {"id": 12}})
    monkeypatch.setenv("PATH", gh(tmp_path, answer))
    assert account.look_up("acme/shop") == "12/34"


def test_a_renamed_repository_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = json.dumps({"id": 34, "full_name": "acme/store", "owner": {"id": 12}})
    monkeypatch.setenv("PATH", gh(tmp_path, answer))
    with pytest.raises(UserError) as refusal:
        account.look_up("acme/shop")
    assert str(refusal.value) == "--github: received 'acme/shop', which is called acme/store now"


def test_nobody_may_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", gh(tmp_path, "", code=4))
    monkeypatch.setattr(account, "_API", (tmp_path / "nothing-").as_uri())
    assert account.look_up("acme/shop") is None


def test_ids_are_asked_of_the_api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = {"id": 34, "full_name": "acme/shop", "owner": {"id": 12}}
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "shop").write_text(json.dumps(answer))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(account, "_API", f"{tmp_path.as_uri()}/")
    assert account.look_up("acme/shop") == "12/34"


def test_nothing_is_said_or_nobody_is_trusted() -> None:
    assert parse(None) is None
    assert parse("none") == GitHub("none", ())
    assert parse("none").parameters == {
        "GitHubRepository": "none",
        "GitHubRepositoryId": "none",
        "GitHubSubjects": "none",
        "GitHubPlanSubjects": "none",
    }


def test_pull_requests_and_the_default_branch_plan_too() -> None:
    pull_request, main = "repo:acme/shop:pull_request", "repo:acme/shop:ref:refs/heads/main"
    hotfix = "repo:acme/shop:ref:refs/heads/hotfix"
    prod = "repo:acme/shop:environment:prod"
    assert parse("acme/shop").planners == (pull_request, main, prod)
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
            "--branch, --github-environment and --github-ids need --github owner/name as well",
        ),
        (
            "none",
            (),
            ("prod",),
            "--branch, --github-environment and --github-ids need --github owner/name as well",
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
