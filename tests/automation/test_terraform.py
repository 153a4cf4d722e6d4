from pathlib import Path

import pytest

from automation import terraform
from automation.errors import UserError


def stand_in(folder: Path, answer: str) -> str:
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return str(folder)


def test_terraform_is_found_on_the_path(tmp_path: Path) -> None:
    path = stand_in(tmp_path, '{"terraform_version": "1.11.0"}')
    found = terraform.find(path)
    assert found.version == "1.11.0"
    assert found.program == str(tmp_path / "terraform")


@pytest.mark.parametrize(
    ("answer", "version"),
    [('{"terraform_version": "1.10.5"}', "1.10.5"), ("Terraform v0.11", "of an unknown version")],
)
def test_an_old_terraform_is_refused_in_one_line(tmp_path: Path, answer: str, version: str) -> None:
    with pytest.raises(UserError) as refusal:
        terraform.find(stand_in(tmp_path, answer))
    message = str(refusal.value)
    assert message.startswith(f"Terraform {version} ({tmp_path / 'terraform'}) is too old: install")
    assert "\n" not in message


def test_a_missing_terraform_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not installed.*install 1\.11 or newer from https"):
        terraform.find(str(tmp_path))
