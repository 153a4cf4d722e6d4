import os
from pathlib import Path

import pytest

from automation import WORKSPACE
from automation.errors import UserError
from automation.terraform import program
from automation.terraform.program import Terraform
from tests.automation import hostile


def stand_in(folder: Path, answer: str) -> str:
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return str(folder)


def test_terraform_is_found_on_the_path(tmp_path: Path) -> None:
    path = stand_in(tmp_path, '{"terraform_version": "1.11.0"}')
    found = program.find(path)
    assert found.version == "1.11.0"
    assert found.program == str(tmp_path / "terraform")


@pytest.mark.parametrize(
    ("answer", "version"),
    [('{"terraform_version": "1.10.5"}', "1.10.5"), ("Terraform v0.11", "of an unknown version")],
)
def test_an_old_terraform_is_refused_in_one_line(tmp_path: Path, answer: str, version: str) -> None:
    with pytest.raises(UserError) as refusal:
        program.find(stand_in(tmp_path, answer))
    message = str(refusal.value)
    assert message.startswith(f"Terraform {version} ({tmp_path / 'terraform'}) is too old: install")
    assert "\n" not in message


def test_a_missing_terraform_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"not installed.*install 1\.11 or newer from https"):
        program.find(str(tmp_path))


def test_none_of_the_users_choices_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in hostile.TERRAFORM.items():
        monkeypatch.setenv(name, value)
    found = Terraform(program="terraform", version="1.11.0")
    assert [name for name in found.environ if name.startswith("TF_")] == kept_here()


def kept_here() -> list[str]:
    """What whoever runs the tests has for Terraform, apart from what is hostile."""
    own = [name for name in os.environ if name.startswith("TF_") and name not in hostile.TERRAFORM]
    return [name for name in own if name in program.without_user_overrides(dict.fromkeys(own, "/"))]


def test_where_providers_come_from_is_the_users_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = {
        "PATH": "/bin",
        "TF_CLI_CONFIG_FILE": "own.rc",
        "TF_PLUGIN_CACHE_DIR": "cache",
        "TF_REGISTRY_DISCOVERY_RETRY": "5",
        "TF_TOKEN_app_terraform_io": "token",
    }
    assert program.without_user_overrides(own) == {
        **own,
        "TF_CLI_CONFIG_FILE": str(tmp_path / "own.rc"),
        "TF_PLUGIN_CACHE_DIR": str(tmp_path / "cache"),
    }


def test_a_log_goes_to_a_file_and_not_into_answers(tmp_path: Path) -> None:
    own = program.without_user_overrides(
        {"TF_LOG": "JSON", "TF_LOG_PATH": str(tmp_path / "its.log")}
    )
    assert own["TF_LOG_PATH"] == str(tmp_path / "its.log")
    ours = program.without_user_overrides({"TF_LOG_PROVIDER": "TRACE"})
    assert ours["TF_LOG_PATH"] == str(WORKSPACE / "terraform.log")


# As hashicorp/setup-terraform installs it: it says what it runs, and what came of it.
WRAPPER = """#!/bin/sh
echo "[command]$0-bin $*"
"$(dirname "$0")/terraform-bin" "$@"
code=$?
echo "::debug::Terraform exited with code $code."
echo "::debug::exitcode: $code"
[ $code = 2 ] && exit 0
exit $code
"""


def wrapped(folder: Path, answer: str) -> str:
    program = Path(stand_in(folder, answer)) / "terraform"
    program.rename(folder / "terraform-bin")
    program.write_text(WRAPPER, encoding="utf-8")
    program.chmod(0o755)
    return str(folder)


def test_a_wrapper_is_passed_by(tmp_path: Path) -> None:
    path = wrapped(tmp_path, '{"terraform_version": "1.11.0"}')
    found = program.find(path)
    assert found.version == "1.11.0"
    assert found.program == str(tmp_path / "terraform-bin")


def test_what_stands_around_an_answer_is_not_read(tmp_path: Path) -> None:
    said = '[command]terraform version -json\n{"terraform_version": "1.12.1"}\n::debug::code 0.'
    assert program.find(stand_in(tmp_path, said)).version == "1.12.1"
