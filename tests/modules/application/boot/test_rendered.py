"""The user data of the synthesized launch template, as the programs that read it see it."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.programs import CLOUD_INIT, SYSTEMD
from automation.terraform import program as terraform_program
from tests.changes import boot
from tests.conftest import Tiers
from tests.modules.application.boots import Files, accepted, files_of, others, units
from tests.programs import SHELLCHECK, program
from tests.rendered import rendered

# By how the references to them end.
VALUES = {
    "007ABD72bucket": "artifacts",
    "alias": "assets-s3alias",
    "address": "database.example.org",
    "arn": "arn:aws:secretsmanager:us-west-2:123456789012:secret:database",
    "resource_id": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
}


@pytest.fixture(scope="module", params=["prod", "dev"])
def expression(request: pytest.FixtureRequest, platform_of: Callable[[str], Tiers]) -> str:
    template = platform_of(request.param)["application"].only("aws_launch_template")
    return str(template["user_data"])


@pytest.fixture
def files(expression: str, tmp_path: Path) -> Files:
    return files_of(rendered(expression, VALUES), tmp_path)


def test_cloud_init_knows_every_key(files: Files) -> None:
    assert "Valid" in accepted(program(CLOUD_INIT), "schema", "--config-file", files["user-data"])


def test_scripts_pass_shellcheck(files: Files) -> None:
    accepted(SHELLCHECK, files["start-application"], files["run-process"])


@pytest.mark.parametrize("line", ["web: cd / && {} 5\n", "release: false\r\nweb:\t{} 5\r\n"])
def test_signals_reach_the_process_of_a_line(files: Files, tmp_path: Path, line: str) -> None:
    sleep = shutil.which("sleep") or ""
    (tmp_path / "Procfile").write_text(line.format(sleep), newline="")
    script = files["run-process"].read_text().replace("/etc/application/secrets", "/dev/null")
    nowhere = {
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": os.devnull,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "",
    }
    process = subprocess.Popen(  # noqa: S603
        ["/bin/bash", "-c", script, "run-process", "web"],
        cwd=tmp_path,
        env={"PATH": os.defpath, **nowhere},
    )
    command = Path(f"/proc/{process.pid}/cmdline")
    deadline = time.monotonic() + 4
    while command.read_bytes() != f"{sleep}\0005\0".encode() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.terminate()
    assert process.wait() == -signal.SIGTERM
    assert time.monotonic() < deadline


def test_systemd_accepts_the_units(files: Files) -> None:
    for unit in (*units(files), *others(files)):
        assert accepted(program(SYSTEMD), "verify", "--man=no", unit) == ""


def test_systemd_calls_the_units_safe(files: Files) -> None:
    """Of a hundred points of exposure; what a unit that says nothing has is 96."""
    for unit in units(files):
        accepted(program(SYSTEMD), "security", "--offline=yes", "--threshold=20", unit)


@pytest.mark.slow
@pytest.mark.terraform
def test_terraform_makes_of_it_what_tests_take_for_it(expression: str, tmp_path: Path) -> None:
    def value(reference: re.Match[str]) -> str:
        (found,) = (value for end, value in VALUES.items() if reference[1].endswith(end))
        return f"nonsensitive({json.dumps(found)})"

    known = re.sub(r"nonsensitive\(([^)]*)\)", value, expression)
    content = {"output": {"user_data": {"value": known}}}
    (tmp_path / "main.tf.json").write_text(json.dumps(content), encoding="utf-8")
    found = terraform_program.find()
    applied = found.run("apply", "-auto-approve", "-no-color", folder=tmp_path)
    assert applied.returncode == 0, applied.stderr
    answer = json.loads(found.run("output", "-json", folder=tmp_path).stdout)
    assert boot.text(answer["user_data"]["value"]) == rendered(expression, VALUES)
