"""Whatever surrounds a command: the same bytes, or one line that says what to do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.automation import hostile
from tests.conftest import SMALL_APPLICATION
from tests.processes import PROJECT, bound_by_permissions, run, stack_files

SOURCES = ("artifact", "automation", "bindings", "config", "modules", "stacks")
AUTOMATION = (sys.executable, "-m", "automation")
# Each would have a program of ours find something else, or nothing.
SURROUNDINGS: Mapping[str, Mapping[str, str]] = {
    "a home that is not there": {"HOME": "/nonexistent"},
    "python -P": {"PYTHONSAFEPATH": "1"},
    "variables for AWS and Terraform": {**hostile.AWS, **hostile.TERRAFORM},
    "variables for pip and git": {**hostile.PIP, **hostile.GIT},
}


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Development with the smallest application."""
    folder = tmp_path_factory.mktemp("environments")
    settings = (PROJECT / "tests" / "environments" / "dev.toml").read_text(encoding="utf-8")
    (folder / "dev.toml").write_text(settings, encoding="utf-8")
    return folder


Synthesize = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def synthesize(environments: Path) -> Synthesize:
    """Runs `main.py`, or a copy of it, for an output folder."""

    def synthesized(
        output: Path, *, project: Path = PROJECT, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        given = {
            "APP_ENV": "dev",
            "APP_ENVIRONMENTS": str(environments),
            "CDKTF_OUTDIR": str(output),
            **environ,
        }
        return run(
            *bound_by_permissions(sys.executable, "main.py"),
            folder=project,
            only={**os.environ, **given},
        )

    return synthesized


@pytest.fixture(scope="module")
def expected(
    synthesize: Synthesize, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, bytes]:
    """What is synthesized where nothing is in the way."""
    output = tmp_path_factory.mktemp("expected")
    finished = synthesize(output)
    assert finished.returncode == 0, finished.stderr
    return stack_files(output)


@pytest.mark.slow
@pytest.mark.parametrize("surrounding", SURROUNDINGS)
def test_the_same_bytes_whatever_surrounds_synthesis(
    surrounding: str, synthesize: Synthesize, expected: Mapping[str, bytes], tmp_path: Path
) -> None:
    finished = synthesize(tmp_path, **SURROUNDINGS[surrounding])
    assert finished.returncode == 0, finished.stderr
    assert expected
    assert stack_files(tmp_path) == expected


@pytest.mark.slow
def test_a_home_that_cannot_be_written_is_not_written(
    synthesize: Synthesize, expected: Mapping[str, bytes], tmp_path: Path
) -> None:
    home = sealed(tmp_path / "home")
    finished = synthesize(tmp_path / "out", HOME=str(home))
    assert finished.returncode == 0, finished.stderr
    assert stack_files(tmp_path / "out") == expected
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_an_output_that_cannot_be_written_is_one_line(
    synthesize: Synthesize, tmp_path: Path
) -> None:
    output = sealed(tmp_path / "out")
    refused(
        synthesize(output), f"{output} cannot be written: make it a folder that you may write to"
    )
    assert list(output.iterdir()) == []


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that nobody may write to."""
    project = tmp_path_factory.mktemp("checkout") / "project"
    left_out = shutil.ignore_patterns("__pycache__")
    for name in SOURCES:
        shutil.copytree(PROJECT / name, project / name, ignore=left_out)
    shutil.copy(PROJECT / "main.py", project)
    shutil.copytree(SMALL_APPLICATION, project / SMALL_APPLICATION.relative_to(PROJECT))
    return sealed(project)


@pytest.mark.parametrize(
    "command",
    [
        ["main.py"],
        ["-m", "automation", "synth"],
        ["-m", "automation", "validate"],
        ["-m", "automation", "diagram", "--out", "/dev/null"],
        ["-m", "automation", "rehearse"],
    ],
    ids=" ".join,
)
def test_a_checkout_that_cannot_be_written_is_one_line(
    command: list[str], checkout: Path, environments: Path
) -> None:
    finished = run(
        *bound_by_permissions(sys.executable, *command),
        folder=checkout,
        APP_ENV="dev",
        APP_ENVIRONMENTS=str(environments),
    )
    refused(finished, str(checkout), " cannot be written: ")


def sealed(folder: Path) -> Path:
    """A folder that nobody may write to; `bound_by_permissions` holds root to it."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o555)
    return folder


def refused(finished: subprocess.CompletedProcess[str], *said: str) -> None:
    assert finished.returncode == 2, finished.stderr
    (line,) = finished.stderr.splitlines()
    assert all(part in line for part in said), line


# What prints help, what prints a text of its own, and what prints through rich.
PRINTING = (["--help"], ["--version"], ["rehearse", "--stop", "--env", "dev"])


@pytest.mark.parametrize("command", PRINTING)
def test_a_full_disk_below_standard_output_is_one_line(command: list[str]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("wb") as output:
        finished = subprocess.run(  # noqa: S603
            [*AUTOMATION, *command],
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert finished.returncode == 2
    assert finished.stderr == "standard output cannot be written: No space left on device\n"


@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_that_has_seen_enough_is_told_nothing_more(command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as output:
        finished = subprocess.run(  # noqa: S603
            [*AUTOMATION, *command],
            cwd=PROJECT,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert finished.returncode == 1
    assert finished.stderr == ""


def test_what_is_no_terminal_gets_whole_lines_unless_columns_are_counted() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    sentence = "3 when a blocking change is not approved; 130 after Ctrl-C."
    whole = run(*AUTOMATION, "--help", only=environ)
    assert any(line.endswith(sentence) and "Exit codes" in line for line in lines(whole))
    counted = run(*AUTOMATION, "--help", only={**environ, "COLUMNS": "60"})
    assert max(map(len, lines(counted))) <= 60
    fault = run(*AUTOMATION, "plan", "--nope", only=environ)
    assert fault.returncode == 2
    assert fault.stderr.splitlines()[-1] == "Error: No such option: --nope"


def lines(finished: subprocess.CompletedProcess[str]) -> list[str]:
    assert finished.returncode == 0, finished.stderr
    return finished.stdout.splitlines()


MAKE = """
include Makefile
show:
\t@env
"""


def test_make_hands_on_only_where_packages_come_from(tmp_path: Path) -> None:
    kept = {"PIP_INDEX_URL": "https://packages.example.com", "PIPENV_TIMEOUT": "5"}
    foreign = {**hostile.PIP, "PIPENV_IGNORE_VIRTUALENVS": "1", "PYTHONSAFEPATH": "1"}
    (tmp_path / "Makefile").write_text(MAKE, encoding="utf-8")
    environ = {**os.environ, **foreign, **kept, "HOME": "/nonexistent"}
    for name in ("PIP_CACHE_DIR", "PIPENV_CACHE_DIR", "npm_config_cache"):
        environ.pop(name, None)
    finished = run("make", "-s", "-f", str(tmp_path / "Makefile"), "show", only=environ)
    found = dict(line.split("=", 1) for line in lines(finished) if "=" in line)
    assert {name for name in foreign if name in found} == {"PIP_USER"}
    assert found["PIP_USER"] == "0"
    assert kept.items() <= found.items()
    for name in ("PIP_CACHE_DIR", "PIPENV_CACHE_DIR", "npm_config_cache"):
        assert Path(found[name]).is_relative_to(PROJECT / ".terrace")
