"""Environments with other bindings than the lock file's, and what may differ of what they make."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bindings import environments, framework
from tests.processes import PROJECT

# What the tests around are run with is not for what runs within.
_OWN_VARIABLES = ("APP_", "ADDRESSES", "PYTEST_", "TERRACE_", "PYTHONPATH", "VIRTUAL_ENV")
_CDKTF, _CDKTN = "0.21.0", "0.24.0"
Files = Mapping[str, bytes]


def run(
    python: Path, *arguments: str, folder: Path = PROJECT, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Run a Python, which does not inherit what this one runs with."""
    outer = {key: each for key, each in os.environ.items() if not key.startswith(_OWN_VARIABLES)}
    return subprocess.run(  # noqa: S603
        [python, *arguments],
        cwd=folder,
        env={**outer, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def synthesized(python: Path, environment: str, output: Path) -> Files:
    """Every file that a Python makes of an environment of the tests."""
    output.mkdir(parents=True)
    finished = run(
        python,
        "main.py",
        APP_ENV=environment,
        APP_ENVIRONMENTS="tests/environments",
        CDKTF_OUTDIR=str(output),
    )
    assert finished.returncode == 0, finished.stderr
    files = (file for file in sorted(output.rglob("*")) if file.is_file())
    return {str(file.relative_to(output)): file.read_bytes() for file in files}


def as_cdktn_has_it(files: Files) -> Files:
    """What CDKTF makes, with the three kinds of difference that are known, and no other."""
    return {name: _as_cdktn_has_it(name, content) for name, content in files.items()}


def _as_cdktn_has_it(name: str, content: bytes) -> bytes:
    if Path(name).name not in ("manifest.json", "cdk.tf.json"):
        return content
    parsed: dict[str, Any] = json.loads(content)
    # 1. The version that the framework notes of itself.
    notes = parsed if name == "manifest.json" else parsed["//"]["metadata"]
    assert notes["version"] == _CDKTF
    notes["version"] = _CDKTN
    # 2. The source of the provider, written out.
    if "terraform" in parsed:
        assert parsed["terraform"]["required_providers"]["aws"]["source"] == "aws"
        parsed["terraform"]["required_providers"]["aws"]["source"] = "hashicorp/aws"
    # 3. What is empty is on one line, as it is here.
    return json.dumps(parsed, indent=2, ensure_ascii=False).encode()


def types(python: Path, program: str, folder: Path) -> str:
    """What mypy says of a program that uses the bindings, for which this makes a folder."""
    folder.mkdir()
    (folder / "program.py").write_text(program, encoding="utf-8")
    skipped = ",".join((framework.CDKTF.bindings, framework.CDKTN.bindings))
    settings = f"[mypy]\nstrict = True\n[mypy-{skipped}]\nfollow_imports = skip\n"
    (folder / "mypy.ini").write_text(settings, encoding="utf-8")
    return run(python, "-m", "mypy", "program.py", folder=folder).stdout


def copied(folder: Path) -> Path:
    """A clean copy of the project, with an environment of its own that has CDKTN."""
    left_out = shutil.ignore_patterns(
        *(".git", ".venv", ".terrace", ".*_cache", "node_modules", "cdktf.out", "__pycache__")
    )
    shutil.copytree(PROJECT, folder, ignore=left_out)
    (folder / ".terrace").symlink_to(PROJECT / ".terrace")
    environments.create(environments.CDKTN, folder / ".venv")
    return folder
