import fcntl
import os
import socket
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation import PROJECT
from automation.emulator import RunningEmulator
from automation.errors import UserError
from automation.rehearse.command import RehearseCommand, RehearseRequest
from tests.processes import run


def refused(request: RehearseRequest) -> str:
    """What the command says as it refuses, in one line."""
    quiet = Console(file=StringIO())
    with pytest.raises(UserError) as refusal:
        RehearseCommand(request, console=quiet, progress=quiet).run()
    message = str(refusal.value)
    assert "\n" not in message
    return message


@pytest.fixture
def request_(tmp_path: Path) -> Iterator[RehearseRequest]:
    yield RehearseRequest(
        environment="dev", output=tmp_path / "out", workspace=tmp_path / "workspace"
    )
    assert not (tmp_path / "out" / "stacks").exists()


def test_what_is_protected_is_not_destroyed(tmp_path: Path) -> None:
    request = RehearseRequest(environment="prod", destroy=True, workspace=tmp_path)
    assert refused(request) == (
        "prod cannot be destroyed: set deletion_protection = false in environments/prod.toml, "
        "or leave --destroy out"
    )
    assert not list(tmp_path.iterdir())


def test_a_lenient_account_knows_no_rights(tmp_path: Path) -> None:
    request = RehearseRequest(environment="dev", lenient=True, rights=True, workspace=tmp_path)
    assert refused(request) == ("--rights needs an account that asks for them: leave --lenient out")
    assert not list(tmp_path.iterdir())


def test_terraform_is_needed(request_: RehearseRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(request_.workspace))
    assert refused(request_).startswith("Terraform is not installed, or not on PATH: install 1.11")


def test_two_rehearsals_of_an_environment_do_not_meet(request_: RehearseRequest) -> None:
    request_.folder.mkdir(parents=True)
    with (request_.folder / "running").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert refused(request_) == "dev is being rehearsed: wait for that to end"


def test_a_kept_emulator_is_not_replaced(
    request_: RehearseRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_.folder.mkdir(parents=True)
    RunningEmulator("dev", os.getpid(), "http://127.0.0.1:1").write(request_.kept_file)
    monkeypatch.setattr("automation.emulator._runs", lambda _: True)
    assert refused(request_) == (
        f"dev: an emulator is still kept (pid {os.getpid()}): "
        "stop it with `python -m automation rehearse --env dev --stop`"
    )


@pytest.mark.slow
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.write_text("a file")
    request = RehearseRequest(environment="dev", output=output, workspace=tmp_path / "workspace")
    assert refused(request) == (
        f"{output} cannot be written: make it a folder that you may write to, or remove it"
    )


@pytest.mark.slow
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    (output / "manifest.json").symlink_to(full)
    request = RehearseRequest(environment="dev", output=output, workspace=tmp_path / "workspace")
    assert refused(request) == f"the disk is full: make room where {output} is, then try again"


@pytest.mark.terraform
@pytest.mark.slow
def test_a_provider_that_is_not_to_be_had_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The user's own configuration decides, and here it offers an empty folder."""
    config = tmp_path / "terraform.rc"
    mirror = f'filesystem_mirror {{ path = "{tmp_path}" }}'
    config.write_text(f"provider_installation {{\n  {mirror}\n}}\n")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(config))
    request = RehearseRequest(
        environment="dev", output=tmp_path / "out", workspace=tmp_path / "workspace"
    )
    assert refused(request).startswith(
        "Terraform cannot get the AWS provider >= 5.100.0, < 7.0.0: let Terraform reach https://"
    )


@pytest.mark.terraform
@pytest.mark.slow
def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        request = RehearseRequest(
            environment="dev",
            port=port,
            output=tmp_path / "out",
            workspace=tmp_path / "workspace",
        )
        assert refused(request).startswith(f"port {port} is taken")


def command(*arguments: str) -> tuple[int, str, str]:
    finished = run(sys.executable, "-m", "automation", "rehearse", *arguments, folder=PROJECT)
    return finished.returncode, finished.stdout, finished.stderr


def test_faulty_settings_are_named_with_exit_code_2() -> None:
    code, _, stderr = command("--env", "production")
    assert code == 2
    assert "set --env to one of: dev, options, prod, staging" in stderr
    assert "Traceback" not in stderr


def test_a_refusal_has_exit_code_2() -> None:
    code, stdout, stderr = command("--env", "prod", "--destroy")
    assert (code, stdout) == (2, "")
    assert stderr.startswith("prod cannot be destroyed: ")
