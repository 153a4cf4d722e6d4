import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from automation.programs import CLOUD_INIT, SYSTEMD
from modules.application.user_data import user_data
from tests.modules.application.boots import BOOT, Files, accepted, files_of, units
from tests.programs import SHELLCHECK, program

TEXT = user_data(agent_parameter_name="/agent", agent_content_hash="abc", boot=BOOT)


@pytest.fixture
def document() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(TEXT)
    return parsed


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return files_of(TEXT, tmp_path)


def test_cloud_init_knows_every_key(files: Files) -> None:
    assert "Valid" in accepted(program(CLOUD_INIT), "schema", "--config-file", files["user-data"])


def test_scripts_pass_shellcheck(files: Files) -> None:
    accepted(SHELLCHECK, files["start-application"], files["run-process"])


def test_systemd_accepts_the_units(files: Files) -> None:
    for unit in units(files):
        assert accepted(program(SYSTEMD), "verify", "--man=no", unit) == ""


def test_processes_may_do_little(files: Files) -> None:
    for name in ("application@.service", "application-release.service"):
        unit = files[name].read_text(encoding="utf-8").splitlines()
        assert {"DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= {*unit}
        assert "CapabilityBoundingSet=" in unit


def test_only_scripts_are_executable(document: dict[str, Any]) -> None:
    modes = {each["path"]: each["permissions"] for each in document["write_files"]}
    scripts = {path for path, mode in modes.items() if mode == "0755"}
    assert scripts == {"/usr/local/bin/run-process", "/usr/local/sbin/start-application"}
    assert modes["/etc/application/environment"] == "0600"


def test_the_agent_is_started_before_the_application(document: dict[str, Any]) -> None:
    last = [command[0].rsplit("/", maxsplit=1)[-1] for command in document["runcmd"][-2:]]
    assert last == ["amazon-cloudwatch-agent-ctl", "start-application"]


def test_secrets_are_named_and_not_written(document: dict[str, Any]) -> None:
    boot = replace(BOOT, secrets={"API_KEY": "arn:api-key"})
    text = user_data(agent_parameter_name="/agent", agent_content_hash="abc", boot=boot)
    assert "      API_KEY arn:api-key\n" in text
    assert "API_KEY" not in json.dumps(document)


@pytest.mark.parametrize(
    ("packages", "python"), [(("git", "python3.12"), "python3.12"), (("nodejs22",), "python3")]
)
def test_the_runtime_installs_the_wheels(packages: tuple[str, ...], python: str) -> None:
    assert f"PYTHON={python}\n" in replace(BOOT, packages=packages).settings()


def test_a_release_is_tried_on_another_port_than_it_serves_on() -> None:
    assert "TRIAL_PORT=18081\n" in replace(BOOT, port=18080).settings()
