"""A clean copy of the project goes over to CDKTN by the steps of docs/leaving-cdktf.md."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from bindings import environments
from tests.bindings.others import copied, run, types
from tests.documents.pages import blocks, script
from tests.documents.scripts import LEAVING
from tests.recipes import Step

# What looks at synthesized stacks, and at how the bindings are loaded.
_TESTS = ("tests/modules", "tests/stacks", "tests/test_platform.py", "tests/bindings")
WRONG = """
from cdktn_provider_aws.s3_bucket import S3BucketConfig
S3BucketConfig(bukcet="a")
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy, once its files say CDKTN."""
    project = copied(tmp_path_factory.mktemp("switch") / "project")
    changes = [block.content for block in blocks(LEAVING) if block.language == "diff"]
    for file, change in zip(("Pipfile", "package.json"), changes, strict=True):
        Step(file, "diff", f"{change}\n").follow(project)
    return project


@pytest.mark.slow
@pytest.mark.rehearsal
def test_modules_stacks_and_platform_are_as_they_were(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    said = run(python, "-m", "automation.doctor", "python", folder=project)
    assert "cdktn takes the place of cdktf" in said.stderr
    options = ("-q", "-n", "2", "-p", "no:cacheprovider", "-m", "not rehearsal and not terraform")
    tested = run(python, "-m", "pytest", *options, *_TESTS, folder=project)
    assert tested.returncode == 0, tested.stdout[-5000:]
    assert " passed" in tested.stdout
    assert " skipped" not in tested.stdout


@pytest.mark.slow
@pytest.mark.overnight
@pytest.mark.rehearsal
def test_once_renamed_it_has_types(project: Path, tmp_path: Path) -> None:
    (rename,) = (each.text for each in script(LEAVING) if each.text.startswith("grep "))
    subprocess.run(["bash", "-c", rename], cwd=project, check=True)  # noqa: S603, S607
    python = project / ".venv" / "bin" / "python"
    checked = run(python, "-m", "mypy", folder=project)
    assert checked.returncode == 0, checked.stdout
    assert run(python, "-c", "import stacks.platform", folder=project).returncode == 0
    # Types that are not found would have no complaint.
    assert 'Unexpected keyword argument "bukcet"' in types(python, WRONG, tmp_path / "wrong")


def test_the_page_names_what_is_tested() -> None:
    pinned = environments.CDKTN.read_text(encoding="utf-8")
    pipfile, _ = (block.content for block in blocks(LEAVING) if block.language == "diff")
    new = "\n".join(line[1:] for line in pipfile.splitlines() if line.startswith("+"))
    versions = tomllib.loads(new)
    assert len(versions) == 2
    assert all(f"{name}{version} " in pinned for name, version in versions.items())
