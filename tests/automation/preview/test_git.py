from pathlib import Path

import pytest

from automation.errors import UserError
from automation.preview.git import Checkout, Commit, Repository
from tests.automation import hostile
from tests.automation.preview.projects import ENVIRONMENT, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def exported(repository: Repository, folder: Path) -> Path:
    """The project as it was at the base."""
    checkout = Checkout(repository, repository.commit("base"), folder / "base")
    checkout.write(ENVIRONMENT)
    return checkout.project


def test_a_commit_has_many_names(project: Project) -> None:
    repository = Repository(project.root)
    commit = repository.commit("base")
    assert repository.commit(commit.sha[:8]).sha == repository.commit("HEAD~0").sha == commit.sha
    assert str(commit) == f"base ({commit.sha[:12]})"
    assert str(repository.commit(commit.sha)) == commit.sha


@pytest.mark.parametrize("ref", ["nowhere", "", "--help", "base:main.py", "main..base", "@{-1}"])
def test_what_is_no_commit_is_refused(project: Project, ref: str) -> None:
    with pytest.raises(UserError, match="expected a commit of this repository: `git fetch` it"):
        Repository(project.root).commit(ref)


def test_the_commit_is_exported_and_not_the_working_tree(project: Project, tmp_path: Path) -> None:
    project.remove("dns")
    repository = Repository(project.root)
    base = exported(repository, tmp_path)
    assert (base / "platform" / "stacks" / "dns" / "cdk.tf.json").is_file()
    assert not (base / ".git").exists()


def test_a_project_below_the_top_of_its_repository_is_what_is_exported(
    project: Project, tmp_path: Path
) -> None:
    below = Repository(project.root / "platform")
    base = exported(below, tmp_path)
    assert sorted(each.name for each in base.iterdir()) == ["manifest.json", "stacks"]
    assert not (base.parent / "main.py").exists()
    # What is changed elsewhere in the repository is not meant.
    (project.root / "main.py").write_text("", encoding="utf-8")
    below.refuse_changes()


def test_changes_that_are_not_committed_are_named(project: Project) -> None:
    repository = Repository(project.root)
    repository.refuse_changes()
    for name in ("a b.py", "c.py", "d.py", "e.py", "f.py"):
        (project.root / name).touch()
    with pytest.raises(UserError, match=r'"a b\.py", c\.py, d\.py and 2 more: commit or stash'):
        repository.refuse_changes()


def test_a_commit_that_git_cannot_export_is_told(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="git cannot export gone"):
        Checkout(Repository(project.root), Commit("gone", "0" * 40), tmp_path).write(ENVIRONMENT)


def test_without_git_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UserError, match="git is not installed"):
        Repository(project.root).commit("base")


def test_a_hook_elsewhere_does_not_say_which_repository_is_meant(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a linked worktree, with the project in a folder of the repository."""
    linked = tmp_path / "linked"
    project.git("worktree", "add", "--quiet", "--detach", str(linked), "base")
    before = Repository(linked / "platform").commit("base")
    hook = {"GIT_DIR": str(project.root / ".git"), "GIT_INDEX_FILE": str(tmp_path / "index")}
    for name, value in {**hostile.GIT, **hook}.items():
        monkeypatch.setenv(name, value)
    repository = Repository(linked / "platform")
    assert repository.commit("base") == before
    repository.refuse_changes()
    checkout = Checkout(repository, before, (tmp_path / "base").resolve())
    checkout.write(ENVIRONMENT)
    names = sorted(each.name for each in checkout.project.iterdir())
    assert names == ["manifest.json", "stacks"]
    (linked / "platform" / "new").touch()
    with pytest.raises(UserError, match="not committed: platform/new"):
        repository.refuse_changes()
