"""Run the project's programs as their users do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent


def run(
    *command: str, folder: Path = PROJECT, only: Mapping[str, str] | None = None, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a program with further variables, or with `only` these in place of the user's own."""
    return subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={**(os.environ if only is None else only), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def python(*arguments: str, folder: Path = PROJECT, **environ: str) -> str:
    """What a Python program prints; it must succeed."""
    finished = run(sys.executable, *arguments, folder=folder, only={**os.environ, **environ})
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def stack_files(output: Path) -> dict[str, bytes]:
    """Every synthesized stack's bytes."""
    return {file.parent.name: file.read_bytes() for file in output.glob("stacks/*/cdk.tf.json")}


def bound_by_permissions(*command: str) -> tuple[str, ...]:
    """A command that may do only what permission bits allow, as root is not bound by them."""
    if os.geteuid() != 0:
        return command
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed, and root may write anywhere")
    lost = "-dac_override,-dac_read_search"
    return ("setpriv", f"--bounding-set={lost}", f"--inh-caps={lost}", *command)
