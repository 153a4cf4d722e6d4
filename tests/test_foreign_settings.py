"""Quite different settings pass the gate of the user's environments, in a copy of the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import PROJECT, stack_files

FOREIGN = Path(__file__).parent / "foreign"
SETS = sorted(each.name for each in FOREIGN.iterdir())
# What the tests around are run with is not for those within.
OWN_VARIABLES = ("APP_ENV", "APP_ENVIRONMENTS", "ADDRESSES", "PYTEST_", "TERRACE_SHIPS")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project without any environment; what was installed for it is used as it is."""
    left_out = shutil.ignore_patterns(".*", "node_modules", "cdktf.out", "__pycache__")
    copied = tmp_path / "project"
    shutil.copytree(PROJECT, copied, ignore=left_out)
    shutil.copytree(PROJECT / ".github", copied / ".github")
    shutil.rmtree(copied / "environments")
    (copied / ".terrace").symlink_to(PROJECT / ".terrace")
    return copied


def run(project: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    outer = {key: each for key, each in os.environ.items() if not key.startswith(OWN_VARIABLES)}
    return subprocess.run(  # noqa: S603
        [sys.executable, *command],
        cwd=project,
        env={**outer, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def gate(project: Path, *which: str) -> subprocess.CompletedProcess[str]:
    return run(
        project, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(which or ("tests/yours",))
    )


@pytest.mark.slow
@pytest.mark.terraform
@pytest.mark.rehearsal
@pytest.mark.parametrize(
    "name", [SETS[0], *(pytest.param(each, marks=pytest.mark.overnight) for each in SETS[1:])]
)
def test_the_gate_is_green(project: Path, name: str, tmp_path: Path) -> None:
    """Without `APP_ENV`, too, and where no environment is called prod."""
    shutil.copytree(FOREIGN / name, project / "environments")
    finished = gate(project)
    assert finished.returncode == 0, finished.stdout
    synthesized = run(project, "main.py", CDKTF_OUTDIR=str(tmp_path / "out"))
    assert synthesized.returncode == 0, synthesized.stderr
    assert stack_files(tmp_path / "out")


@pytest.mark.slow
def test_without_an_environment_the_gate_and_every_command_say_so(project: Path) -> None:
    (project / "environments").mkdir()
    finished = gate(project, "tests/yours/test_settings.py")
    assert finished.returncode == 1
    assert "environments/ holds no environment: write <name>.toml there" in finished.stdout
    for command in (["main.py"], ["-m", "automation", "wheels", "--env", "all"]):
        told = run(project, *command)
        assert (told.returncode, told.stdout) == (2, "")
        assert "write <name>.toml there, docs/settings.md has every key" in told.stderr


@pytest.mark.slow
def test_what_settings_decide_about_is_told_and_a_rename_fails(project: Path) -> None:
    shutil.copytree(FOREIGN / "own_names", project / "environments")
    shutil.rmtree(project / "addresses")
    (project / "addresses").mkdir()
    (project / "addresses" / "prod.txt").write_text(
        "network aws_vpc.network\n"
        "monitoring aws_sns_topic_subscription.topic_on-callexamplecom_E17865C4\n"
    )
    (project / "addresses" / "staging.txt").write_text("network aws_vpc.network\n")
    finished = gate(project, "tests/yours/test_addresses.py")
    assert finished.returncode == 1
    assert "\n  network aws_vpc.network\n" in finished.stdout
    assert "aws_sns_topic_subscription.topic_on-call" not in finished.stdout
    assert "there is no addresses/qa.txt yet: `make addresses` writes it" in finished.stdout
    assert "delete addresses/staging.txt once that environment is destroyed" in finished.stdout
