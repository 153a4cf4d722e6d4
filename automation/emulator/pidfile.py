"""The PID file of an emulator that a rehearsal left running, one per environment."""

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SERVER = "automation.emulator.server"
_STOP_SECONDS = 5


@dataclass(frozen=True)
class RunningEmulator:
    """An emulator that was left running."""

    environment: str
    pid: int
    url: str

    def write(self, file: Path) -> None:
        """Remember it."""
        file.write_text(json.dumps(vars(self)), encoding="utf-8")

    @property
    def stop_command(self) -> str:
        """How to end it."""
        return f"python -m automation rehearse --env {self.environment} --stop"

    def stop(self) -> None:
        """End it; all that it holds is gone."""
        os.kill(self.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _runs(self.pid) and time.monotonic() < deadline:
            time.sleep(0.05)


def find(file: Path) -> RunningEmulator | None:
    """The emulator that a file remembers, if it still runs."""
    try:
        kept = RunningEmulator(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return kept if _runs(kept.pid) else None


def exports(wanted: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[str]:
    """Lines for a shell that has `environ`, after which it has `wanted`."""
    superfluous = sorted(set(environ) - set(wanted))
    if superfluous:
        yield f"unset {' '.join(superfluous)}"
    for name, value in wanted.items():
        if environ.get(name) != value:
            yield f"export {name}={shlex.quote(value)}"


def _runs(pid: int) -> bool:
    """Whether a process is an emulator: after a while another one may have its id."""
    answer = subprocess.run(  # noqa: S603
        ["ps", "-ww", "-o", "stat=", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return _SERVER in answer.stdout and not answer.stdout.lstrip().startswith("Z")
