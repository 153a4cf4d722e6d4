"""Writes stacks as plain Terraform: native syntax, assets and a page on how to go on with them."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from automation.errors import CommandError, UserError
from automation.export import files
from automation.export.page import ASSETS, Exported, page
from automation.terraform.pool import Workspace
from automation.terraform.program import in_a_line
from automation.terraform.schemas import Schemas, read
from automation.terraform.stacks import Stack, Synthesis, dependencies, ordered


def export(synthesis: Synthesis, workspace: Workspace, out: Path) -> Sequence[Exported]:
    """Write the stacks of an environment to a folder that is empty or not there: all, or nothing.

    Raises `UserError` for another folder, and `CommandError` for what cannot be exported.
    """
    check(out)
    there = out.is_dir()
    # A folder of its own beside it, or in it: what is there may be where others work, or mounted.
    place = out if there else next(each for each in out.absolute().parents if each.is_dir())
    with tempfile.TemporaryDirectory(prefix=".terrace-", dir=place) as name:
        folder = Path(name) / "export"
        exported = _write(synthesis, workspace, folder)
        if there:
            for each in sorted(folder.iterdir()):
                each.rename(out / each.name)
        else:
            out.parent.mkdir(parents=True, exist_ok=True)
            folder.rename(out)
    return exported


def check(out: Path) -> None:
    """Raise `UserError` for a folder that somebody else's files are in."""
    if out.is_dir() and not any(out.iterdir()):
        return
    if out.exists() or out.is_symlink():
        raise UserError(f"--out: received {out}; give a folder that is empty or not there yet")


def _write(synthesis: Synthesis, workspace: Workspace, folder: Path) -> Sequence[Exported]:
    stacks = ordered(synthesis.stacks)
    graph = dependencies(stacks)
    required = {key: each for stack in stacks for key, each in stack.required_providers.items()}
    schemas = read(workspace.terraform, workspace.installation, required)
    exported = [Exported(each, graph[each.name], _stack(each, schemas, folder)) for each in stacks]
    formatted = workspace.terraform.run("fmt", "-recursive", "-no-color", folder=folder)
    if formatted.returncode:
        raise CommandError(f"terraform fmt refuses the export: {in_a_line(formatted.stderr)}")
    text = page(synthesis.environment, exported, workspace)
    (folder / "README.md").write_text(text, encoding="utf-8")
    return exported


def _stack(stack: Stack, schemas: Schemas, folder: Path) -> Sequence[str]:
    """The files of a stack, in a folder of its own, with its assets."""
    place = folder / stack.name
    place.mkdir(parents=True)
    written = files.files(stack.content, schemas)
    for name, text in written.items():
        (place / name).write_text(text, encoding="utf-8")
    assets = stack.file.parent / ASSETS
    if assets.is_dir():
        shutil.copytree(assets, place / ASSETS)
    return sorted(written)
