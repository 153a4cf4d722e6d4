"""Run the project's programs as their users do."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def run(*command: str, folder: Path = PROJECT, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def python(*arguments: str, folder: Path = PROJECT, **environ: str) -> str:
    """What a Python program prints; it must succeed."""
    finished = run(sys.executable, *arguments, folder=folder, **environ)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def stack_files(output: Path) -> dict[str, bytes]:
    """Every synthesized stack's bytes."""
    return {file.parent.name: file.read_bytes() for file in output.glob("stacks/*/cdk.tf.json")}
