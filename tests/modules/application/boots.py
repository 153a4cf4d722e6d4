"""User data in tests: what it boots, and the files that it writes."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import yaml

from modules.application.user_data import Boot

Files = Mapping[str, Path]

BOOT = Boot(
    release="0123456789abcdef" * 4,
    packages=["python3.11"],
    artifacts_bucket="artifacts",
    assets_bucket="assets",
    assets_path="static/0123456789ab",
    static_directory="static",
    database="arn:database",
    region="us-west-2",
    port=8080,
    health_path="/healthz",
    ready_seconds=60,
    release_seconds=120,
    wait_seconds=540,
    roles="arn:aws:iam::123456789012:role/prod-349081-",
    group="group",
    hook="serving",
    agent_parameter="/agent",
    environment={"GREETING": "hello"},
    secrets={},
)


def files_of(text: str, folder: Path) -> Files:
    """What an instance finds, by name, and the document itself, all in one folder."""
    document = yaml.safe_load(text)
    written = {Path(each["path"]).name: each["content"] for each in document["write_files"]}
    found = {}
    for name, content in {**written, "user-data": text}.items():
        found[name] = folder / name
        # systemd looks for the programs.
        runs = re.sub(
            r"=/usr/(local/s?bin/(run-process|report-failure|claim-run|hand-out-credentials)"
            r"|sbin/logrotate)",
            "=/bin/echo",
            content,
        )
        found[name].write_text(runs, encoding="utf-8")
    return found


def units(files: Files) -> list[Path]:
    """The units of the application, the one of the web process with its port."""
    template = files["application@.service"]
    web = template.with_name("application@8080.service")
    web.write_bytes(template.read_bytes())
    return [web, files["application-release.service"]]


def processes(files: Files) -> list[Path]:
    """The units of what runs beside web."""
    return [file for name, file in files.items() if name.startswith("application-process-")]


def others(files: Files) -> list[Path]:
    """The units that are root's."""
    return [
        files[f"application-{each}"]
        for each in ("credentials.service", "logs.service", "logs.timer")
    ]


def claims(files: Files) -> list[Path]:
    """That which claims runs, for one of the processes with a schedule."""
    template = files["application-claim@.service"]
    claim = template.with_name("application-claim@tidy.service")
    claim.write_bytes(template.read_bytes())
    return [claim]


def accepted(*command: str | Path) -> str:
    """What a program says that must end well."""
    finished = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    said = finished.stdout + finished.stderr
    assert finished.returncode == 0, said
    return said
