"""`preview` over a repository of its own with the tiny platform: real Git, Terraform, emulator."""

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from automation.errors import CommandError, UserError
from automation.preview import command
from automation.rehearse.calls import Unknown
from config import load
from tests.automation.preview.projects import Project
from tests.automation.terraform import tiny
from tests.processes import run

pytestmark = pytest.mark.terraform
TOPIC = "aws_sns_topic.alarms"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def rename_topic(content: dict[str, Any]) -> None:
    content["resource"]["aws_sns_topic"]["alarms"]["name"] = "dev-349081-sirens"


def test_what_is_the_same_needs_no_plan(project: Project) -> None:
    said = project.preview()
    assert said.code == 0
    assert "No changes" in said.output
    assert project.found["stacks"] == []
    assert project.found["notes"] == [
        "Not planned, as neither they nor what they read changes: "
        "application, dns, security, storage"
    ]
    assert "Applying" not in said.errors


def test_only_what_changes_is_planned_on_what_it_needs(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Unknown("ec2:CreateVpc", "Shade", 1)
    monkeypatch.setattr(command, "unknown", lambda calls: [newer] if calls.exists() else [])

    def tag(content: dict[str, Any]) -> None:
        content["resource"]["aws_s3_bucket"]["assets"]["tags"]["Team"] = "shop"

    project.change("storage", tag)
    project.commit()
    said = project.preview()
    assert said.code == 0
    assert project.changes() == {("storage", "update", "aws_s3_bucket.assets")}
    assert "security: done" in said.errors
    assert "dns" not in said.errors
    assert project.found["missing"] == []
    assert str(newer) in project.found["notes"]
    assert (project.review / "review.md").read_text().startswith("<!-- terrace-review -->")
    # The platform's own picture, in which what changes can be marked.
    assert 'class="platform"' in (project.review / "review.html").read_text()


@pytest.mark.rehearsal
def test_what_follows_from_a_change_is_planned_with_its_new_value(project: Project) -> None:
    project.change("security", rename_topic)
    project.commit()
    project.preview()
    assert project.changes() == {
        ("security", "replace", TOPIC),
        ("dns", "update", "aws_ssm_parameter.zone"),
        ("storage", "update", "aws_s3_bucket.assets"),
        ("application", "update", "aws_ssm_parameter.password"),
    }
    changed = {
        attribute["name"]: attribute["new"]
        for stack in project.found["stacks"]
        if stack["name"] == "storage"
        for change in stack["changes"]
        for attribute in change["attributes"]
    }
    assert changed["tags.Keeper"].endswith(":dev-349081-sirens")


@pytest.mark.rehearsal
def test_stacks_come_and_go(project: Project) -> None:
    naming = load("dev").naming
    added = tiny.content("application", naming)
    added["terraform"]["backend"]["s3"]["key"] = f"{naming.prefix}/extra/terraform.tfstate"
    place = "${data.terraform_remote_state.storage.outputs.second}"
    parameter = {"name": naming.path("extra/place"), "type": "String", "value": place}
    added["resource"] = {"aws_ssm_parameter": {"place": parameter}}
    del added["output"]
    project.add("extra", added)
    project.change(
        "storage",
        lambda content: content["output"].update(
            {"second": {"value": "${aws_s3_bucket.assets.arn}"}}
        ),
    )
    project.remove("dns")
    project.commit()
    said = project.preview()
    assert project.changes() == {
        ("extra", "create", "aws_ssm_parameter.place"),
        ("dns", "destroy", "aws_ssm_parameter.zone"),
    }
    assert said.code == 0
    assert "storage: only outputs change: second" in project.found["notes"]


@pytest.mark.rehearsal
def test_what_cannot_be_applied_is_told_and_what_reads_it_is_missing(project: Project) -> None:
    def spoil(content: dict[str, Any]) -> None:
        rename_topic(content)
        settings = {"name": "/aws/of-aws", "type": "String", "value": "x"}
        content["resource"]["aws_ssm_parameter"]["forbidden"] = settings
        content["resource"]["aws_sns_topic"]["alarms"]["depends_on"] = [
            "aws_ssm_parameter.forbidden"
        ]

    project.change("security", spoil)
    project.commit()
    said = project.preview()
    assert said.code in (1, 3)
    assert project.found["missing"] == ["application", "dns", "storage"]
    assert "security cannot be changed so in the emulated AWS" in project.found["notes"][0]
    assert {stack["name"] for stack in project.found["stacks"]} == {"security"}


def test_what_terraform_cannot_plan_is_no_review(project: Project) -> None:
    def misspell(content: dict[str, Any]) -> None:
        content["resource"]["aws_s3_bucket"]["assets"]["bucket"] = "${aws_s3_bucket.asset.id}"

    project.change("storage", misspell)
    project.commit()
    with pytest.raises(CommandError, match="storage: Reference to undeclared resource"):
        project.preview()
    assert not project.review.exists()


def test_a_base_that_cannot_be_applied_is_told(project: Project) -> None:
    forbidden = {"name": "/aws/of-aws", "type": "String", "value": "x"}
    project.change(
        "security",
        lambda content: content["resource"]["aws_ssm_parameter"].update({"forbidden": forbidden}),
    )
    project.commit()
    project.git("branch", "--force", "base")
    project.change("security", rename_topic)
    project.commit()
    with pytest.raises(CommandError, match="the base cannot be applied to the emulated AWS:\nsec"):
        project.preview()


def _add_file(project: Project) -> None:
    (project.root / "new.py").touch()


def _break_base(project: Project) -> None:
    main = project.root / "main.py"
    good = main.read_text(encoding="utf-8")
    main.write_text("import sys; sys.exit('no')", encoding="utf-8")
    project.commit()
    project.git("branch", "--force", "base")
    main.write_text(good, encoding="utf-8")
    project.commit()


def _move_state(project: Project) -> None:
    def move(content: dict[str, Any]) -> None:
        content["terraform"]["backend"]["s3"]["key"] = "elsewhere"

    project.change("security", move)
    project.commit()


@pytest.mark.parametrize(
    ("prepare", "request_", "text"),
    [
        (lambda _: None, {"base": "nowhere"}, "--base: received 'nowhere'; expected a commit"),
        (lambda _: None, {"base": "--all"}, "--base: received '--all'; expected a commit"),
        (_add_file, {}, "changes that are not committed: new.py: commit or stash them"),
        (lambda _: None, {"environment": "qa"}, "set --env to one of"),
        (lambda _: None, {"approvals": Path("none.toml")}, "none.toml"),
        (_move_state, {}, "the state of security is kept in s3://"),
    ],
)
def test_what_the_user_can_mend_is_one_line(
    project: Project, prepare: Callable[[Project], None], request_: dict[str, Any], text: str
) -> None:
    prepare(project)
    with pytest.raises(UserError) as refusal:
        project.preview(**request_)
    assert text in str(refusal.value)
    assert not project.review.exists()


def test_by_the_command_line_it_is_one_line_and_exit_code_2() -> None:
    finished = run(sys.executable, "-m", "automation", "preview", "--base", "nowhere")
    assert finished.returncode == 2
    assert finished.stdout == ""
    (line,) = finished.stderr.splitlines()
    assert "nowhere" in line or "git" in line


def test_a_base_that_cannot_be_synthesized_is_named(project: Project) -> None:
    _break_base(project)
    with pytest.raises(CommandError, match=r"base \(\w{12}\) cannot be synthesized: main.py fail"):
        project.preview()


def test_uncommitted_changes_are_previewed_if_they_are_meant_to_be(project: Project) -> None:
    _add_file(project)
    assert project.preview(dirty=True).code == 0


def test_an_application_beside_the_repository_is_told_to_be_the_same(project: Project) -> None:
    (project.folder / "shop").mkdir()
    settings = project.root / "tests" / "environments" / "dev.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('[application.app]\ndirectory = "../shop"\n', encoding="utf-8")
    # Both sides look for it where they are themselves.
    main = project.root / "main.py"
    main.write_text(f"{main.read_text()}\nassert os.path.isdir('../shop')\n", encoding="utf-8")
    project.commit()
    project.git("branch", "--force", "base")
    assert project.preview().code == 0
    assert project.found["notes"][0] == (
        "../shop is not in this repository, which so has no history of it: "
        "the same files serve both sides"
    )


def test_a_folder_outside_of_git_is_refused(project: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    with pytest.raises(UserError, match="git does not know"):
        project.preview(project=outside)


@pytest.mark.rehearsal
def test_an_approval_lets_a_blocking_change_pass(project: Project, tmp_path: Path) -> None:
    project.remove("storage")
    project.remove("application")
    project.commit()
    said = project.preview()
    assert said.code == 3
    assert "Blocked" in said.output
    file = tmp_path / "approvals.toml"
    file.write_text(
        '[[approval]]\naddress = "aws_s3_bucket.assets"\nuntil = 2030-01-01\nreason = "moved"\n'
    )
    assert project.preview(approvals=file, today=lambda: date(2029, 1, 1)).code == 0
