"""Whether the rights that bootstrap gave are those of the settings and of this version."""

from pathlib import Path

import boto3
import pytest

from automation.bootstrap import check_rights, outdated, stack
from automation.emulator import Emulator
from automation.errors import UserError
from automation.rehearse.account import role_of, session
from config import Settings
from tests.automation.bootstrap import runs


def reason(aws: boto3.Session, settings: Settings) -> str:
    return outdated(aws.client("cloudformation"), settings)


def told(aws: boto3.Session, settings: Settings) -> list[str]:
    lines: list[str] = []
    check_rights(aws, settings, tell=lines.append)
    return lines


def line(settings: Settings, why: str) -> str:
    return (
        f"the rights of {settings.naming.name('deploy')} are not current ({why}): run `python -m "
        "automation bootstrap --env dev`"
    )


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The template of another version, from now on."""
    file = tmp_path / "template.yaml"
    file.write_text(stack.TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(stack, "TEMPLATE", file)
    return file


def test_rights_are_current_until_something_changes(
    aws: boto3.Session, settings: Settings, other: Path
) -> None:
    assert reason(aws, settings) == f"there is no stack {runs.name(settings)}"
    runs.run(aws, settings, github=runs.main_of())
    assert reason(aws, settings) == ""
    assert told(aws, settings) == []
    protected = settings.model_copy(update={"deletion_protection": True})
    assert reason(aws, protected) == "given for another deletion_protection"
    other.write_text(other.read_text().replace("kms:DisableKey", "kms:DisableKey*"))
    assert reason(aws, settings) == "given by another version of Terrace"
    runs.run(aws, settings)
    assert reason(aws, settings) == ""


def test_what_aws_takes_for_no_change_is_none(
    aws: boto3.Session, settings: Settings, other: Path
) -> None:
    runs.run(aws, settings)
    text = other.read_text().replace("Conditions:\n", "Conditions:\n  # Of what there may be.\n\n")
    other.write_text(text.replace("Description: Days that", "Description: For how long"))
    assert runs.run(aws, settings).action == "unchanged"
    assert reason(aws, settings) == ""


def test_whoever_has_other_rights_is_told(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings, github=runs.main_of())
    protected = settings.model_copy(update={"deletion_protection": True})
    assert told(aws, protected) == [line(settings, "given for another deletion_protection")]


def test_the_role_that_deploys_is_refused(
    aws: boto3.Session, settings: Settings, emulator: Emulator
) -> None:
    runs.run(aws, settings, github=runs.main_of())
    deploy = session(emulator, role_of(emulator, settings, "deploy"))
    assert told(deploy, settings) == []
    protected = settings.model_copy(update={"deletion_protection": True})
    with pytest.raises(UserError) as refusal:
        told(deploy, protected)
    changed = line(settings, "given for another deletion_protection")
    assert str(refusal.value) == f"{changed}; nothing changed"


def test_a_role_that_may_not_even_look_is_of_an_older_version(
    aws: boto3.Session, settings: Settings, emulator: Emulator, other: Path
) -> None:
    other.write_text(
        other.read_text().replace("[cloudformation:DescribeStacks,", "[tag:GetResources,")
    )
    runs.run(aws, settings, github=runs.main_of())
    with pytest.raises(UserError, match=r"\(given by an older version of Terrace\): run `python"):
        told(session(emulator, role_of(emulator, settings, "deploy")), settings)
    assert told(session(emulator, role_of(emulator, settings, "plan")), settings) == []
