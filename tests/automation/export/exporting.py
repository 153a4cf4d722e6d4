"""Exports of the tests' environments, and Terraform's opinion of them."""

import json
import os
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from automation import WORKSPACE
from automation.emulator import gaps
from automation.errors import UserError
from automation.export import export
from automation.terraform import program
from automation.terraform.pool import Workspace, prepare
from automation.terraform.program import answer
from automation.terraform.providers import LOCK
from automation.terraform.stacks import Stack, Synthesis, read
from tests.processes import run


def workspace_of(stacks: tuple[Stack, ...]) -> Workspace:
    """The provider as it is installed for all tests; skips where there is none to be had."""
    try:
        return prepare(stacks, terraform=program.find(), workspace=WORKSPACE)
    except UserError as error:
        pytest.skip(str(error))


def exported(environment: str, output: Path, out: Path) -> Workspace:
    """Export what was synthesized to `output`, and the workspace that it was done in."""
    stacks = read(output)
    workspace = workspace_of(stacks)
    export(Synthesis(environment, output, stacks, 0), workspace, out)
    return workspace


def complaints(out: Path, workspace: Workspace) -> Mapping[str, list[str]]:
    """What Terraform has against each stack of an export."""
    installation = workspace.installation
    data = {"TF_DATA_DIR": str(installation.folder.parent)}
    terraform = replace(workspace.terraform, environ={**installation.environ, **data})

    def validate(folder: Path) -> list[str]:
        (folder / LOCK).write_text(installation.lock_without_hashes, encoding="utf-8")
        finished = terraform.run("validate", "-json", folder=folder)
        found = answer(finished.stdout)["diagnostics"]
        return [f"{each['summary']}: {each.get('detail', '')}" for each in found]

    return of_each(out, validate)


def unexplained(out: Path, kept: Path, shell: Sequence[str]) -> Mapping[str, list[str]]:
    """What plans of an export would change of what a kept rehearsal applied, by stack.

    `shell` has Terraform take the emulated account for AWS; that forgets some of what it is told.
    """

    def plan(folder: Path) -> list[str]:
        shutil.copy(kept / "out" / "stacks" / folder.name / LOCK, folder / LOCK)
        data = kept / "workspace" / "rehearsal" / out.name / "stacks" / folder.name
        lines = (*shell, f"export TF_DATA_DIR={shlex.quote(str(data))}")
        command = "terraform plan -input=false -no-color -detailed-exitcode -out=export.tfplan"
        finished = run("sh", "-c", "\n".join((*lines, command)), folder=folder)
        if finished.returncode == 0:
            return []
        assert finished.returncode == 2, finished.stdout + finished.stderr
        show = "terraform show -json export.tfplan"
        shown = run("sh", "-c", "\n".join((*lines, show)), folder=folder)
        verdict = gaps.judge(json.loads(shown.stdout), gaps.load())
        return [str(each) for each in verdict.unexplained]

    return of_each(out, plan)


def of_each(out: Path, work: Callable[[Path], list[str]]) -> Mapping[str, list[str]]:
    """What comes of every stack of an export, as many at a time as there are cores."""
    folders = sorted(each for each in out.iterdir() if each.is_dir())
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        found = pool.map(work, folders)
        return {folder.name: each for folder, each in zip(folders, found, strict=True)}
