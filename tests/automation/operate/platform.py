"""Instances, what they log, and a stub in the place of AWS's plugin."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.emulator import Emulator
from automation.operate.command import EnvironmentOperator
from automation.rehearse.account import session
from config import Settings
from tests.automation.checks.health.site import Site
from tests.automation.consoles import Consoles

WEB = "__var_log_application_web.log"
# A plugin that writes down how it was called, and does what its first variable says.
_STUB = """#!{python}
import json, os, pathlib, signal, sys, time
if sys.argv[1:] == ["--version"]:
    print("{version}")
    sys.exit()
token = os.environ.get("AWS_SSM_START_SESSION_RESPONSE")
called = {{"arguments": sys.argv[1:], "token": token}}
pathlib.Path("{record}").write_text(json.dumps(called))
if {holds}:
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    pathlib.Path("{record}.pid").write_text(str(os.getpid()))
    pathlib.Path("{record}.pid").rename("{record}.ready")
    time.sleep(60)
sys.exit({code})
"""


@dataclass
class Platform:
    """An environment of which there is what a test makes."""

    emulator: Emulator
    settings: Settings
    consoles: Consoles = field(default_factory=Consoles)
    paused: list[float] = field(default_factory=list)

    @property
    def clients(self) -> Clients:
        return Clients(session(self.emulator), self.settings.region)

    @property
    def operator(self) -> EnvironmentOperator:
        return EnvironmentOperator("dev", progress=self.consoles.progress, pause=self.paused.append)

    @property
    def site(self) -> Site:
        return Site(self.emulator, self.settings)

    @property
    def told(self) -> str:
        """What stands beside the output."""
        return self.consoles.errors.getvalue()

    def instances(self, count: int = 2) -> list[str]:
        """Launch a group; the ids of its instances, in no order."""
        self.site.application(desired=count)
        return self.site.instances()

    def log(self, stream: str, *events: tuple[float, str], group: str = "application/app") -> None:
        """Messages in a stream, each so many seconds ago."""
        logs, name = self.clients.logs, self.settings.naming.path(group)
        if not logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]:
            logs.create_log_group(logGroupName=name)
        found = logs.describe_log_streams(logGroupName=name, logStreamNamePrefix=stream)
        if not found["logStreams"]:
            logs.create_log_stream(logGroupName=name, logStreamName=stream)
        now = time.time()
        sent: Sequence[Any] = [
            {"timestamp": int((now - ago) * 1000), "message": message} for ago, message in events
        ]
        if sent:
            logs.put_log_events(logGroupName=name, logStreamName=stream, logEvents=sent)


@dataclass(frozen=True)
class StubPlugin:
    """A session-manager-plugin in a folder of its own."""

    folder: Path

    @property
    def record(self) -> Path:
        return self.folder / "called.json"

    @property
    def ready(self) -> Path:
        return self.folder / "called.json.ready"

    @property
    def arguments(self) -> list[str]:
        found: list[str] = json.loads(self.record.read_text())["arguments"]
        return found

    @property
    def token(self) -> str | None:
        found: str | None = json.loads(self.record.read_text())["token"]
        return found

    def install(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *,
        version: str = "1.2.707.0",
        code: int = 0,
        holds: bool = False,
    ) -> None:
        """Put it on PATH, where there is nothing else."""
        text = _STUB.format(
            python=sys.executable, version=version, record=self.record, code=code, holds=holds
        )
        program = self.folder / "session-manager-plugin"
        program.write_text(text)
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(self.folder))
