import gzip
import json
import random
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from automation.programs import CLOUD_INIT, SYSTEMD
from config.app import Process
from config.app_rules import MAX_VARIABLES
from modules.application.units import CREDENTIALS
from modules.application.user_data import user_data
from tests.modules.application.boots import (
    BOOT,
    Files,
    accepted,
    claims,
    files_of,
    others,
    processes,
    units,
)
from tests.programs import SHELLCHECK, program

PROCESSES = (
    Process(name="worker", stop_seconds=90),
    Process(name="tidy", schedule="0 3 13 * FRI", time_zone="Europe/Berlin"),
)
TEXT = user_data(agent_content_hash="abc", boot=replace(BOOT, processes=PROCESSES))


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
    scripts = ("start-application", "run-process", "report-failure", "claim-run")
    accepted(SHELLCHECK, *(files[each] for each in scripts))


def test_systemd_accepts_the_units(files: Files) -> None:
    assert len(processes(files)) == 3
    # A timer is looked at with what it starts.
    for unit in (*claims(files), *units(files), *others(files), *processes(files)):
        assert accepted(program(SYSTEMD), "verify", "--man=no", unit) == ""


def test_processes_beside_web_are_confined_as_it_is(files: Files) -> None:
    for unit in processes(files):
        if unit.suffix == ".service":
            accepted(program(SYSTEMD), "security", "--offline=yes", "--threshold=20", unit)


def test_a_process_beside_web_has_its_own_log_end_and_start(files: Files) -> None:
    worker = files["application-process-worker.service"].read_text().splitlines()
    assert {
        "TimeoutStopSec=90",
        "Restart=always",
        "StandardOutput=append:/var/log/application/worker.log",
    } <= {*worker}
    timer = files["application-process-tidy.timer"].read_text().splitlines()
    assert [each for each in timer if each.startswith("OnCalendar=")] == [
        "OnCalendar=*-*-13 3:0 Europe/Berlin",
        "OnCalendar=Fri *-*-* 3:0 Europe/Berlin",
    ]
    started = "PROCESSES='application-process-worker.service application-process-tidy.timer'"
    assert started in files["release"].read_text().splitlines()


def services(files: Files) -> dict[str, list[str]]:
    """The lines of each service's file, by its name."""
    found = {name: each for name, each in files.items() if name.endswith(".service")}
    return {name: each.read_text(encoding="utf-8").splitlines() for name, each in found.items()}


OF_PROCESSES = {
    "application@.service": "web",
    "application-release.service": "release",
    "application-process-worker.service": "web",
    "application-process-tidy.service": "web",
}


def test_the_metadata_service_is_closed_to_the_application_alone(files: Files) -> None:
    closed = "IPAddressDeny=169.254.169.254 fd00:ec2::254"
    found = services(files)
    assert {name for name, lines in found.items() if closed in lines} == {*OF_PROCESSES}
    # Whatever runs as the application is among them.
    assert {name for name, lines in found.items() if "User=application" in lines} == {*OF_PROCESSES}
    for name, role in OF_PROCESSES.items():
        assert {
            "Environment=AWS_EC2_METADATA_DISABLED=true",
            f"Environment=AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:18082/{role}",
            "Environment=AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=%d/token",
            f"LoadCredential=token:/run/application-credentials/{role}",
            f"Wants=network-online.target {CREDENTIALS}",
            f"After=network-online.target {CREDENTIALS} amazon-cloudwatch-agent.service",
        } <= {*found[name]}


def test_nothing_that_is_the_applications_surrounds_what_runs_as_root(files: Files) -> None:
    """Its variables may say what a shell or a program loads first: BASH_ENV, LD_PRELOAD, PATH."""
    for name, lines in services(files).items():
        if name not in OF_PROCESSES:
            assert not any("/etc/application/environment" in each for each in lines), name
    # A "+" would run a line of such a unit as root.
    for name in OF_PROCESSES:
        assert not any("=+" in each for each in services(files)[name]), name
    timer = files["application-process-tidy.timer"].read_text(encoding="utf-8").splitlines()
    assert "Unit=application-claim@tidy.service" in timer
    claim = services(files)["application-claim@.service"]
    assert "ExecStart=/bin/echo %i" in claim


def test_what_hands_out_credentials_may_do_little_more(files: Files) -> None:
    unit = services(files)[CREDENTIALS]
    assert {"NoNewPrivileges=yes", "CapabilityBoundingSet=", "ProtectSystem=strict"} <= {*unit}
    assert {"RuntimeDirectoryMode=0700", "RuntimeDirectoryPreserve=yes", "UMask=0077"} <= {*unit}
    accepted(program(SYSTEMD), "security", "--offline=yes", "--threshold=30", files[CREDENTIALS])


def test_where_nothing_runs_beside_web_nothing_is_written_for_it() -> None:
    alone = user_data(agent_content_hash="abc", boot=BOOT)
    assert "report-failure" not in alone
    assert "claim-run" not in alone


def test_processes_may_do_little(files: Files) -> None:
    for name in ("application@.service", "application-release.service"):
        unit = files[name].read_text(encoding="utf-8").splitlines()
        assert {"DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= {*unit}
        assert "CapabilityBoundingSet=" in unit


def test_only_scripts_are_executable(document: dict[str, Any]) -> None:
    modes = {each["path"]: each["permissions"] for each in document["write_files"]}
    scripts = {path for path, mode in modes.items() if mode == "0755"}
    assert scripts == {
        "/usr/local/bin/run-process",
        "/usr/local/bin/report-failure",
        "/usr/local/sbin/claim-run",
        "/usr/local/sbin/hand-out-credentials",
        "/usr/local/sbin/start-application",
    }
    assert modes["/etc/application/environment"] == "0600"


def test_one_script_does_everything(document: dict[str, Any]) -> None:
    """What cloud-init does by itself is tried once, and its failure is told by nobody."""
    assert document.keys() == {"write_files", "runcmd"}
    assert document["runcmd"] == [["/usr/local/sbin/start-application"]]


def test_secrets_are_named_and_not_written(document: dict[str, Any]) -> None:
    boot = replace(BOOT, secrets={"API_KEY": "arn:api-key"})
    text = user_data(agent_content_hash="abc", boot=boot)
    assert "      API_KEY arn:api-key\n" in text
    assert "API_KEY" not in json.dumps(document)


@pytest.mark.parametrize(
    ("packages", "python"), [(("git", "python3.12"), "python3.12"), (("nodejs22",), "python3")]
)
def test_the_runtime_installs_the_wheels(packages: tuple[str, ...], python: str) -> None:
    assert f"PYTHON={python}\n" in replace(BOOT, packages=packages).settings()


def test_a_release_is_tried_on_another_port_than_it_serves_on() -> None:
    assert "TRIAL_PORT=18081\n" in replace(BOOT, port=18080).settings()


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
LIMIT = 16_384


@pytest.mark.parametrize("alphabet", [string.printable[:95], '\\"$`', string.ascii_letters])
def test_the_largest_settings_fit(alphabet: str) -> None:
    """What nothing compresses, and what is escaped, as much as the settings allow."""
    chance = random.Random(1)  # noqa: S311 (no secret)

    def text(length: int, letters: str = alphabet) -> str:
        return "".join(chance.choices(letters, k=length))

    names = string.ascii_uppercase + string.digits + "_"
    secrets = {
        f"S{text(20, names)}": f"arn:aws:secretsmanager:us-west-2:123456789012:secret:"
        f"{text(30, string.ascii_letters)}"
        for _ in range(20)
    }
    secrets_size = sum(len(f"{name}={arn}\n") for name, arn in secrets.items())
    variables: dict[str, str] = {}
    left = MAX_VARIABLES - secrets_size
    while left > 100:
        name = f"V{text(20, names)}"
        value = text(min(1024, left - len(name) - 2))
        left -= len(f"{name}={value}\n")
        variables[name] = value
    packages = [text(100, string.ascii_lowercase) for _ in range(20)]
    fixed = {f"OTEL_{text(30, names)}": text(60, string.ascii_letters) for _ in range(17)}
    beside = [
        Process(
            name=text(32, string.ascii_lowercase),
            schedule=f"{chance.randrange(60)} */{chance.randrange(2, 9)} {day + 1} * SUN",
            time_zone="America/Argentina/ComodRivadavia",
        )
        for day in range(10)
    ]
    boot = replace(
        BOOT,
        packages=packages,
        environment={**variables, **fixed},
        secrets=secrets,
        processes=beside,
    )
    size = len(gzip.compress(user_data(agent_content_hash="abc", boot=boot).encode()))
    assert size < LIMIT
