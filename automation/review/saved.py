"""Has Terraform show the plans that `plan --out` saved; neither state nor AWS is asked."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.console import Console

from automation import terraform
from automation.deployment.plans import Folder
from automation.errors import UserError
from automation.fleet import LIMIT
from automation.installation import LOCK, Installation, install
from automation.review import plans
from automation.review.plans import Plan
from automation.synthesis import WORKSPACE, Stack
from automation.terraform import Terraform

_NAME = "plan.tfplan"


def is_saved(folder: Path) -> bool:
    """Whether a folder is one that `plan --out` wrote."""
    return any(folder.glob("*.plan.json"))


def read(
    folder: Path, stacks: Sequence[Stack], *, progress: Console, workspace: Path = WORKSPACE
) -> Mapping[str, Plan]:
    """The plans by stack; raises `UserError` for one that this Terraform cannot show."""
    saved = Folder(folder)
    names = sorted(saved.load())
    found = terraform.find()
    with tempfile.TemporaryDirectory(prefix="terrace-") as scratch:
        with progress.status("Preparing the provider"):
            installation = install(found, stacks, workspace)
        with progress.status("Reading the plans"), ThreadPoolExecutor(LIMIT) as pool:
            one = partial(_show, saved, found, installation, Path(scratch))
            return dict(zip(names, pool.map(one, names), strict=True))


def _show(
    saved: Folder, found: Terraform, installation: Installation, scratch: Path, stack: str
) -> Plan:
    """In a folder without a backend: what is shown is in the plan."""
    folder = scratch / stack
    folder.mkdir()
    (folder / LOCK).write_text(installation.lock_without_hashes, encoding="utf-8")
    saved.restore(stack, folder / _NAME)
    environ = {**installation.environ, "TF_DATA_DIR": str(installation.folder.parent)}
    program = replace(found, environ=environ)
    shown = program.run("show", "-json", "-no-color", _NAME, folder=folder)
    shutil.rmtree(folder)
    if shown.returncode != 0:
        reason = " ".join(
            shown.stderr.replace("│", " ").replace("╷", " ").replace("╵", " ").split()
        )
        raise UserError(
            f"Terraform {found.version} cannot show the plan of {stack}: {reason}: "
            "plan and review with the same Terraform"
        )
    start = shown.stdout.index("{") if "{" in shown.stdout else 0
    return plans.parse(shown.stdout[start:], f"the plan of {stack}")
