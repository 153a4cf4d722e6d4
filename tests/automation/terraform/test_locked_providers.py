"""Saved plans get the provider that they were made with, or nothing; with the real Terraform."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.terraform import program
from automation.terraform.providers import LOCK, Installation, install
from config import load
from tests.automation.terraform import tiny
from tests.automation.terraform.mirrors import Mirror

pytestmark = [pytest.mark.terraform, pytest.mark.slow]


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    return Mirror(tmp_path / "mirror")


def installed(mirror: Mirror, workspace: Path, lock: str | None = None) -> Installation:
    found = program.find()
    environ = {**found.environ, "TF_CLI_CONFIG_FILE": str(mirror.configuration)}
    stacks = tiny.write(workspace / "out", load("dev").naming)
    return install(replace(found, environ=environ), stacks, workspace, lock=lock)


def test_a_newer_provider_is_for_newer_plans(mirror: Mirror, tmp_path: Path) -> None:
    (before,) = mirror.versions
    lock = installed(mirror, tmp_path / "plan").lock
    mirror.offer(mirror.next)
    assert set(installed(mirror, tmp_path / "deploy", lock).versions.values()) == {before}
    # Where another is installed already, too.
    assert set(installed(mirror, tmp_path / "other").versions.values()) == {mirror.versions[-1]}
    assert installed(mirror, tmp_path / "other", lock).lock == lock


def test_a_provider_that_is_gone_is_named_in_a_line(mirror: Mirror, tmp_path: Path) -> None:
    (before,) = mirror.versions
    lock = installed(mirror, tmp_path / "plan").lock
    mirror.offer(mirror.next)
    mirror.withdraw(before)
    with pytest.raises(UserError) as refusal:
        installed(mirror, tmp_path / "deploy", lock)
    message = str(refusal.value)
    assert "\n" not in message
    assert message.startswith(
        f"Terraform cannot get the AWS provider {before}: plans need what they were made with: "
        "make them again with `plan --out`, or let Terraform reach "
    )
    # Nothing else is bound by it.
    assert not (tmp_path / "deploy" / "providers" / LOCK).exists()
    assert set(installed(mirror, tmp_path / "deploy").versions.values()) == set(mirror.versions)


def test_a_provider_with_other_contents_is_refused(mirror: Mirror, tmp_path: Path) -> None:
    lock = installed(mirror, tmp_path / "plan").lock
    other = re.sub(r'"h1:.', '"h1:0', lock)
    with pytest.raises(UserError, match="doesn't match any of the checksums"):
        installed(mirror, tmp_path / "deploy", other)
