"""What the base of a preview is made of, wherever the application is."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.preview.git import Checkout, Repository, application_directory

REMARK = (
    "{} is not in this repository, which so has no history of it: the same files serve both sides"
)


class Clone:
    """A repository, and a project somewhere in it whose settings name a directory."""

    def __init__(self, top: Path, project: str = ".") -> None:
        self.top = top
        self.project = top / project
        self.project.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(self.project / "main.py", "base")

    def git(self, *arguments: str, folder: Path | None = None) -> str:
        config = ("user.name=Tests", "user.email=tests@example.com", "protocol.file.allow=always")
        options = [each for one in config for each in ("-c", one)]
        command = ["git", *options, *arguments]
        return subprocess.check_output(command, cwd=folder or self.top, text=True)  # noqa: S603

    def write(self, file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")

    def names(self, directory: str) -> None:
        settings = f'[application.app]\ndirectory = "{directory}"\n'
        self.write(self.project / "tests" / "environments" / "dev.toml", settings)

    def commit(self, folder: Path | None = None) -> None:
        self.git("add", "--all", folder=folder)
        self.git("commit", "--quiet", "--message=A change", folder=folder)

    def submodule(self, origin: Path, place: str) -> Path:
        """A submodule at its first commit; the origin has gone, as there need be no network."""
        other = Clone(origin)
        other.write(origin / "Procfile", "web: first")
        other.commit()
        self.git("submodule", "--quiet", "add", str(origin), place)
        self.git(
            "config", "--file=.gitmodules", f"submodule.{place}.url", "https://nowhere.invalid"
        )
        shutil.rmtree(origin)
        return self.top / place

    def base(self, root: Path) -> tuple[Path, tuple[str, ...]]:
        """What a preview makes of the first commit: its project, and what is to be told."""
        repository = Repository(self.project)
        checkout = Checkout(repository, repository.commit("base"), root)
        remarks = checkout.write("dev")
        return checkout.project, remarks


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path / "here" / "work")


def advance(clone: Clone, submodule: Path) -> None:
    """Name the commit that there is the base, and go on in the submodule."""
    clone.commit()
    clone.git("branch", "base")
    clone.write(submodule / "Procfile", "web: second")
    clone.commit(submodule)
    clone.commit()


@pytest.mark.parametrize("directory", ["shop", "shop/web"])
def test_a_submodule_is_at_the_commit_that_the_base_recorded(
    clone: Clone, tmp_path: Path, directory: str
) -> None:
    submodule = clone.submodule(tmp_path / "shop", "shop")
    clone.names(directory)
    advance(clone, submodule)
    project, remarks = clone.base(tmp_path / "root")
    assert (project / "shop" / "Procfile").read_text() == "web: first"
    assert (submodule / "Procfile").read_text() == "web: second"
    assert not (project / "shop" / ".git").exists()
    assert remarks == ()


def remove(clone: Clone, submodule: Path) -> None:
    clone.git("rm", "--quiet", "--force", str(submodule))


def deinitialize(clone: Clone, submodule: Path) -> None:
    clone.git("submodule", "--quiet", "deinit", "--force", str(submodule))


@pytest.mark.parametrize("change", [remove, deinitialize])
def test_a_submodule_that_is_no_longer_checked_out_is_still_known(
    clone: Clone, tmp_path: Path, change: Callable[[Clone, Path], None]
) -> None:
    submodule = clone.submodule(tmp_path / "shop", "shop")
    clone.names("shop")
    advance(clone, submodule)
    change(clone, submodule)
    project, _ = clone.base(tmp_path / "root")
    assert (project / "shop" / "Procfile").read_text() == "web: first"


def test_submodules_in_the_application_are_part_of_it(clone: Clone, tmp_path: Path) -> None:
    clone.submodule(tmp_path / "library", "shop/library")
    clone.submodule(tmp_path / "theme", "docs/theme")
    clone.write(clone.top / "shop" / "Procfile", "web: it")
    clone.names("shop")
    clone.commit()
    clone.git("branch", "base")
    # Another one that is not here does not matter.
    clone.git("submodule", "--quiet", "deinit", "--force", "docs/theme")
    project, _ = clone.base(tmp_path / "root")
    assert (project / "shop" / "library" / "Procfile").read_text() == "web: first"
    assert list((project / "docs" / "theme").iterdir()) == []


def test_a_submodule_that_never_was_here_is_told(clone: Clone, tmp_path: Path) -> None:
    submodule = clone.submodule(tmp_path / "shop", "shop")
    clone.names("shop")
    advance(clone, submodule)
    clone.git("clone", "--quiet", str(clone.top), str(tmp_path / "fresh"))
    fresh = Repository(tmp_path / "fresh")
    base = fresh.commit("origin/base")
    with pytest.raises(UserError) as refusal:
        Checkout(fresh, base, tmp_path / "root").write("dev")
    assert str(refusal.value) == (
        f"git cannot export {base}: the submodule shop is not here: "
        "`git submodule update --init --recursive`"
    )


def test_a_commit_that_a_submodule_lacks_is_told(clone: Clone, tmp_path: Path) -> None:
    submodule = clone.submodule(tmp_path / "shop", "shop")
    clone.names("shop")
    advance(clone, submodule)
    lost = "1" * 40
    clone.git("update-index", "--cacheinfo", f"160000,{lost},shop")
    clone.git("commit", "--quiet", "--message=Lost")
    clone.git("branch", "--force", "base")
    with pytest.raises(UserError) as refusal:
        clone.base(tmp_path / "root")
    assert f"the submodule shop lacks the commit 111111111111: `git -C {submodule}" in str(
        refusal.value
    )


def test_beside_the_repository_the_same_files_serve_both_sides(
    clone: Clone, tmp_path: Path
) -> None:
    clone.write(tmp_path / "here" / "shop" / "Procfile", "web: now")
    clone.names("../shop")
    clone.commit()
    clone.git("branch", "base")
    project, remarks = clone.base(tmp_path / "root")
    assert (project / "../shop/Procfile").read_text() == "web: now"
    assert remarks == (REMARK.format("../shop"),)


@pytest.mark.parametrize("ignored", ["/shop\n", ""])
def test_a_clone_in_the_project_that_is_not_part_of_it_has_no_history(
    clone: Clone, tmp_path: Path, ignored: str
) -> None:
    clone.write(clone.top / ".gitignore", ignored)
    clone.names("shop")
    clone.commit()
    clone.git("branch", "base")
    clone.write(Clone(clone.top / "shop").top / "Procfile", "web: now")
    project, remarks = clone.base(tmp_path / "root")
    assert (project / "shop" / "Procfile").read_text() == "web: now"
    assert remarks == (REMARK.format("shop"),)


def test_a_link_is_followed_as_it_was(clone: Clone, tmp_path: Path) -> None:
    clone.write(tmp_path / "here" / "shop" / "Procfile", "web: now")
    (clone.top / "app").symlink_to("../shop")
    clone.names("app")
    clone.commit()
    clone.git("branch", "base")
    project, remarks = clone.base(tmp_path / "root")
    assert (project / "app" / "Procfile").read_text() == "web: now"
    assert remarks == (REMARK.format("app"),)


def test_beside_the_project_in_one_repository_it_has_its_history(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "work", "platform")
    clone.write(clone.top / "shop" / "Procfile", "web: first")
    clone.write(clone.top / "other" / "large", "")
    clone.names("../shop")
    clone.commit()
    clone.git("branch", "base")
    clone.write(clone.top / "shop" / "Procfile", "web: second")
    project, remarks = clone.base(tmp_path / "root")
    assert (project / "../shop/Procfile").read_text() == "web: first"
    assert remarks == ()
    # What nobody asked for stays away.
    assert not (project / "../other").exists()
    repository = Repository(clone.project)
    repository.refuse_changes()
    with pytest.raises(UserError, match="not committed: shop/Procfile"):
        repository.refuse_changes((clone.project / "../shop").resolve())


def test_changes_in_a_submodule_beside_the_project_are_changes(tmp_path: Path) -> None:
    clone = Clone(tmp_path / "work", "platform")
    submodule = clone.submodule(tmp_path / "shop", "shop")
    clone.commit()
    repository = Repository(clone.project)
    repository.refuse_changes(submodule / "web")
    clone.write(submodule / "new", "")
    with pytest.raises(UserError, match="not committed: shop: commit"):
        repository.refuse_changes(submodule / "web")


def test_a_base_without_the_application_is_the_bases_fault(clone: Clone, tmp_path: Path) -> None:
    clone.names("shop")
    clone.commit()
    clone.git("branch", "base")
    clone.write(clone.top / "shop" / "Procfile", "web: new")
    clone.commit()
    project, remarks = clone.base(tmp_path / "root")
    assert not (project / "shop").exists()
    assert remarks == ()


@pytest.mark.parametrize("autocrlf", ["true", "false"])
def test_files_are_as_the_working_tree_has_them(
    clone: Clone, tmp_path: Path, autocrlf: str
) -> None:
    clone.write(clone.top / ".gitattributes", "*.sh eol=lf\nkept export-ignore\n")
    for name in ("shop/run.sh", "shop/page", "kept"):
        clone.write(clone.top / name, "one\ntwo\n")
    clone.names("shop")
    clone.commit()
    clone.git("branch", "base")
    clone.git("config", "core.autocrlf", autocrlf)
    for name in ("shop/run.sh", "shop/page", "kept"):
        (clone.top / name).unlink()
    clone.git("checkout", "--quiet", ".")
    project, _ = clone.base(tmp_path / "root")
    for name in ("shop/run.sh", "shop/page", "kept"):
        assert (project / name).read_bytes() == (clone.top / name).read_bytes()
    assert (b"\r\n" in (project / "shop" / "page").read_bytes()) == (autocrlf == "true")


@pytest.mark.parametrize("text", ["", "[application]\napp = 3\n", "a = " + "[" * 5000, "\ufeff="])
def test_settings_that_name_no_directory_mean_the_default(clone: Clone, text: str) -> None:
    clone.write(clone.project / "tests" / "environments" / "dev.toml", text)
    assert application_directory(clone.project, "dev") == "examples/guestbook"
    assert application_directory(clone.project, "nope") == "examples/guestbook"
