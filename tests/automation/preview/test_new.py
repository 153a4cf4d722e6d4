"""What the base does not have, or as a sample only, is planned as new."""

from pathlib import Path
from typing import Any

import pytest

from automation.errors import UserError
from automation.preview import synthesis
from config import load
from config.environments import folder_of
from tests.automation.preview.projects import ENVIRONMENT, Project
from tests.automation.terraform import tiny

pytestmark = pytest.mark.terraform
NEW = "All of it is new: the base does not have it, or as the sample that Terrace comes with"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def sample(content: dict[str, Any]) -> None:
    """As `environments/` has it in a clone: in an account that nobody has."""
    content["provider"]["aws"][0]["allowed_account_ids"] = ["111122223333"]
    content["terraform"]["backend"]["s3"]["bucket"] = "dev-349081-tfstate-111122223333"


def was_the_sample(project: Project) -> None:
    for stack in tiny.UPSTREAMS:
        project.change(stack, sample)
    project.commit()
    project.git("branch", "--force", "base")
    tiny.write(project.platform, load(ENVIRONMENT).naming)
    project.commit()


@pytest.mark.rehearsal
def test_an_environment_that_the_base_lacks_is_created(project: Project) -> None:
    folder = folder_of(project.root)
    folder.mkdir(parents=True)
    (folder / "another.toml").touch()
    project.commit()
    project.git("branch", "--force", "base")
    (folder / f"{ENVIRONMENT}.toml").touch()
    project.commit()
    said = project.preview()
    assert said.code == 0, said.errors
    assert {action for _, action, _ in project.changes()} == {"create"}
    assert {stack for stack, _, _ in project.changes()} == set(tiny.UPSTREAMS)
    assert project.found["missing"] == []
    assert NEW in project.found["notes"]


@pytest.mark.rehearsal
def test_what_was_the_sample_is_created(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "SAMPLE_ACCOUNT", "111122223333")
    was_the_sample(project)
    said = project.preview()
    assert said.code == 0, said.errors
    assert {action for _, action, _ in project.changes()} == {"create"}
    assert NEW in project.found["notes"]


def test_a_state_that_moves_out_of_anybody_elses_account_is_refused(project: Project) -> None:
    was_the_sample(project)
    with pytest.raises(UserError, match="Terraform would make everything anew"):
        project.preview()
