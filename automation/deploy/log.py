"""The log of a run: a line of JSON for each step, as it happens."""

import json
import platform
import re
import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from automation import PROJECT
from automation.programs import for_git
from automation.terraform.diagnostics import faults
from automation.terraform.masking import Mask
from automation.terraform.pool import StackRun
from automation.terraform.runner import Operation, Step

KEPT = 50
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600


def _now() -> datetime:
    return datetime.now(UTC)


class RunLog:
    """One run's file; safe to call from several threads."""

    def __init__(
        self,
        folder: Path,
        *,
        command: str,
        environment: str,
        mask: Mask,
        clock: Callable[[], datetime] = _now,
        kept: int = KEPT,
    ) -> None:
        self._mask = mask
        self._clock = clock
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(_PRIVATE_FOLDER)
        stamp = clock().strftime("%Y%m%dT%H%M%S.%fZ")
        self.path = folder / f"{stamp}-{command}-{environment}.jsonl"
        self.path.touch(mode=_PRIVATE_FILE)
        # Their names are in the order of time.
        for old in sorted(folder.glob("*.jsonl"))[:-kept]:
            old.unlink(missing_ok=True)

    def write(self, what: str, **values: Any) -> None:
        """Add a line."""
        entry = {"at": self._clock().isoformat(), "what": what, **self._mask.within(values)}
        with self._lock, self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def step(self, stack_run: StackRun, phase: str) -> None:
        """Add what a step of a stack did; values of outputs and attributes are left out."""
        step = stack_run.steps[-1]
        self.write("step", stack=stack_run.stack, phase=phase, **described(step))


def described(step: Step) -> dict[str, Any]:
    """A step as values that JSON can hold."""
    summary = step.summary
    return {
        "command": step.command.value,
        "exit_code": step.exit_code,
        "seconds": round(step.seconds, 3),
        "planned": {"add": summary.add, "change": summary.change, "remove": summary.remove},
        "intended": [vars(each) for each in step.intended if step.command is Operation.PLAN],
        "resources": [vars(each) for each in step.applied],
        "problems": [fault.to_json() for fault in faults(step.problems)],
    }


def versions(terraform: str, lock: str) -> dict[str, str]:
    """Of what took part in a run; `lock` is Terraform's file that names the providers."""
    provider = re.search(r'version\s*=\s*"([^"]+)"', lock)
    return {
        "terraform": terraform,
        "aws_provider": provider[1] if provider else "",
        "python": platform.python_version(),
        "boto3": metadata.version("boto3"),
        "cdktf": metadata.version("cdktf"),
    }


def commit(folder: Path = PROJECT) -> str:
    """The git commit that is checked out; empty where there is no git, or no repository."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],  # noqa: S607
            cwd=folder,
            env={**for_git(), "GIT_OPTIONAL_LOCKS": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
