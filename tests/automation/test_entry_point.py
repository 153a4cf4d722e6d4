import os
import subprocess
import sys
from pathlib import Path

import pytest

from automation import entry_point
from tests.processes import PROJECT, run

RUN_MODULE = """
import runpy, site, sys
site.addsitedir(sys.argv.pop(1))
runpy.run_module("automation", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="module")
def terrace(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, in a folder whose name has to be quoted."""
    scripts = tmp_path_factory.mktemp("scripts") / "it's here"
    scripts.mkdir()
    paths = {"scripts": str(scripts), "purelib": str(packages)}
    return entry_point.install(paths, python=Path(sys.executable))


def answer(terrace: Path, *arguments: str, folder: Path, **environ: str) -> str:
    finished = run(str(terrace), *arguments, folder=folder, only={**os.environ, **environ})
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def test_it_runs_in_any_folder_and_says_which_version_it_is(terrace: Path, tmp_path: Path) -> None:
    # A module of the same name as one of the project's is not taken for it.
    (tmp_path / "automation.py").write_text("raise SystemExit('wrong')", encoding="utf-8")
    assert answer(terrace, "--version", folder=tmp_path, PYTHONSAFEPATH="1") == "terrace 0.1.0\n"
    assert answer(terrace, "--help", folder=tmp_path).startswith("Usage: terrace [OPTIONS] COMMAND")


def test_paths_are_those_of_the_folder_it_runs_in(terrace: Path, tmp_path: Path) -> None:
    finished = run(str(terrace), "review", "plans", folder=tmp_path)
    assert finished.stderr == "plans is no folder: make plans with `plan --out`\n"
    finished = run(str(terrace), "diagram", "--out", "none/it.svg", "--env", "dev", folder=tmp_path)
    assert finished.stderr.startswith("none/it.svg cannot be written: No such file or directory")


def test_what_is_made_without_being_named_is_the_projects(terrace: Path, tmp_path: Path) -> None:
    stop = ("rehearse", "--stop", "--env", "dev")
    said = answer(terrace, *stop, folder=tmp_path)
    assert said == "dev: the kept emulator is not running\n"
    assert list(tmp_path.iterdir()) == []


def test_a_shell_completes_commands_and_environments(terrace: Path, tmp_path: Path) -> None:
    def completed(words: str, number: int) -> list[str]:
        environ = {"_TERRACE_COMPLETE": "complete_bash", "COMP_WORDS": words}
        return answer(terrace, folder=tmp_path, COMP_CWORD=str(number), **environ).split()

    assert set(completed("terrace re", 1)) >= {"review", "rehearse", "release"}
    assert completed("terrace synth --env ", 3) == ["dev", "options", "prod", "staging"]
    assert completed("terrace validate --env a", 3) == ["all"]
    script = answer(terrace, "--show-completion", "bash", folder=tmp_path, **_NO_SHELL)
    assert "complete -o default -F _terrace_completion terrace" in script


@pytest.mark.parametrize(
    ("shell", "asked"),
    [
        ("zsh", {"_TYPER_COMPLETE_ARGS": "terrace re"}),
        ("fish", {"_TYPER_COMPLETE_ARGS": "terrace re", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}),
    ],
)
def test_other_shells_complete_and_say_what_a_command_does(
    terrace: Path, tmp_path: Path, shell: str, asked: dict[str, str]
) -> None:
    said = answer(terrace, folder=tmp_path, _TERRACE_COMPLETE=f"complete_{shell}", **asked)
    for name in ("review", "rehearse", "release"):
        assert name in said
    assert "Publish the application as it is here" in said
    script = answer(terrace, "--show-completion", shell, folder=tmp_path, **_NO_SHELL)
    assert "terrace" in script


def test_help_imports_no_command() -> None:
    """Nor what takes long to import: AWS's SDK, the settings' models."""
    finished = run(sys.executable, "-X", "importtime", "-m", "automation", "--help", folder=PROJECT)
    imported = {line.rpartition("|")[2].strip() for line in finished.stderr.splitlines()}
    assert "typer" in imported
    assert not {name for name in imported if name.endswith(".command")}
    assert not imported & {"boto3", "botocore", "pydantic", "moto", "config"}


# Tests are not run by a shell; with one, Typer finds which it is.
_NO_SHELL = {"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}


def test_a_python_that_looks_nowhere_else_finds_the_module(
    packages: Path, terrace: Path, tmp_path: Path
) -> None:
    assert terrace.exists()
    command = [sys.executable, "-P", "-c", RUN_MODULE, str(packages), "--version"]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    said = subprocess.check_output(command, cwd=tmp_path, env=environ, text=True)  # noqa: S603
    assert said == "terrace 0.1.0\n"
    assert (packages / "terrace.pth").read_text(encoding="utf-8") == f"{PROJECT}\n"
