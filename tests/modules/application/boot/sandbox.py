"""An instance of a kind: runs user data below a folder, with programs of its own at the edge."""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent
# Where user data writes, and what it starts there.
_ABSOLUTE = re.compile(r"(?<![\w./])/(etc|opt|run|usr/local|var)/")


class Sandbox:
    """`aws` is the text of what stands in for the AWS CLI.

    `failures` are how often a program fails before it does what it is for.
    """

    def __init__(
        self,
        root: Path,
        user_data: str,
        *,
        environ: Mapping[str, str],
        aws: str,
        instance_id: str,
        failures: Mapping[str, int],
    ) -> None:
        self.root = root
        self._aws = aws
        self._instance_id = instance_id
        self._failures = failures
        self.port, trial, credentials = _free_ports()
        moved = _ABSOLUTE.sub(rf"{root}/\1/", user_data)
        for name, port in (("PORT", self.port), ("TRIAL_PORT", trial)):
            (given,) = re.findall(rf"^ +{name}=(\d+)$", user_data, re.MULTILINE)
            moved = re.sub(rf"\b{given}\b", str(port), moved)
        moved = re.sub(r"\b18082\b", str(credentials), moved)
        self.document: dict[str, Any] = yaml.safe_load(moved)
        # What listens on the instance itself is not behind the emulator's proxy.
        direct = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
        self._environ = {**environ, **direct, "SANDBOX": str(root), "HOSTNAME": root.name}
        self._environ["PATH"] = f"{root}/stubs:{root}/usr/local/bin:{os.environ['PATH']}"

    def boot(self) -> None:
        """What cloud-init does: files, then commands, whatever becomes of them."""
        self._write(self.root / "stubs/aws", self._aws, 0o755)
        self._stub("systemctl", f'exec {sys.executable} {_HERE / "systemctl_stub.py"} "$@"')
        # A server of the loopback alone does not have this one.
        self._stub("hostname", "echo 127.0.0.2 fe80::1")
        self._stub("dnf", f'exec {sys.executable} {_HERE / "dnf_stub.py"} "$@"')
        self._write(self.root / "var/lib/cloud/data/instance-id", self._instance_id, 0o644)
        for name, count in self._failures.items():
            self._write(self.root / f"{name}.failures", str(count), 0o644)
        for file in self.document["write_files"]:
            self._write(Path(file["path"]), file["content"], int(file["permissions"], 8))
        for command in self.document["runcmd"]:
            self.run(*command)

    def run(self, *command: str, **environ: str) -> None:
        """What becomes of it is to be seen in what it leaves behind, as on an instance."""
        subprocess.run(  # noqa: S603
            command,
            env={**self._environ, **environ},
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=300,
        )

    def log(self, name: str) -> str:
        file = self.root / "var/log/application" / name
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def settled(self, name: str) -> str:
        """What is in a log once there is anything."""
        deadline = time.monotonic() + 20
        while not self.log(name) and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.log(name)

    def calls(self, program: str) -> list[str]:
        """The arguments of each call of a program, as far as it writes them down."""
        file = self.root / f"{program}.log"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def lines(self) -> list[dict[str, str]]:
        return [json.loads(line) for line in self.log("boot.log").splitlines()]

    def errors(self) -> list[str]:
        return [line["message"] for line in self.lines() if line["level"] == "ERROR"]

    def listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(self, path: str) -> Any:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            assert answer.status == 200
            return json.load(answer)

    def end(self) -> None:
        """What systemd does as the instance is shut down."""
        units = [file.stem for file in self.root.glob("*.pid")]
        if units:
            self.run(str(self.root / "stubs/systemctl"), "stop", *units)

    def _stub(self, name: str, command: str) -> None:
        self._write(self.root / "stubs" / name, f"#!/bin/sh\n{command}\n", 0o755)

    @staticmethod
    def _write(path: Path, content: str, mode: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)


def _free_ports() -> tuple[int, int, int]:
    with socket.socket() as one, socket.socket() as other, socket.socket() as third:
        for each in (one, other, third):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1], third.getsockname()[1]


def shell_settings(text: str) -> dict[str, str]:
    pairs = (line.removeprefix("export ").partition("=") for line in text.splitlines())
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def refused(instance: Sandbox, message: str) -> None:
    assert instance.errors() == [message]
    assert not instance.listening()
