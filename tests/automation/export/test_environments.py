"""Every stack of every environment, as real Terraform and the real provider see its export."""

from collections.abc import Callable
from pathlib import Path

import pytest

from automation.terraform.stacks import read
from tests.automation.export.exporting import complaints, exported
from tests.conftest import ENVIRONMENTS, OPTIONS

pytestmark = pytest.mark.terraform


@pytest.mark.slow
@pytest.mark.parametrize("environment", [*ENVIRONMENTS, OPTIONS])
def test_terraform_accepts_every_stack(
    environment: str, output_of: Callable[[str], Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    workspace = exported(environment, output_of(environment), out)
    checked = workspace.terraform.run("fmt", "-check", "-recursive", "-diff", folder=out)
    assert (checked.returncode, checked.stdout) == (0, "")
    stacks = read(output_of(environment))
    assert complaints(out, workspace) == {stack.name: [] for stack in stacks}
    for stack in stacks:
        assets = stack.file.parent / "assets"
        files = [each for each in assets.rglob("*") if each.is_file()] if assets.is_dir() else []
        for file in files:
            copy = out / stack.name / file.relative_to(stack.file.parent)
            assert copy.read_bytes() == file.read_bytes()
