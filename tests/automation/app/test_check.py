"""`app --check`: the contract's points on the command line, before anything is built."""

import json
import sys
from pathlib import Path

from artifact.contract import RUNNING, VERSION
from tests.artifact.packages import application
from tests.processes import PROJECT, run

COMMAND = (sys.executable, "-m", "automation", "app", "--check", "--env", "dev")


def test_the_application_of_an_environment_fits() -> None:
    finished = run(*COMMAND)
    assert (finished.returncode, finished.stderr) == (0, "")
    first, *lines = finished.stdout.splitlines()
    folder = PROJECT / "tests" / "small_application"
    assert first == f"{folder}: contract {VERSION}, for dev (arm64, us-west-2)"
    words = [line.partition("  ")[0] for line in lines]
    assert words == ["fits"] * 6 + ["only running shows"] * len(RUNNING)


def test_another_directory_is_told_all_that_does_not_fit(tmp_path: Path) -> None:
    directory = application(
        tmp_path, Procfile="web: ./server\n", **{"requirements.txt": "flask\n", "static": ""}
    )
    finished = run(*COMMAND, str(directory))
    assert (finished.returncode, finished.stderr) == (2, "")
    wrong = [line for line in finished.stdout.splitlines() if line.startswith("does not fit")]
    assert [line.split()[3] for line in wrong] == ["commands:", "static", "packages:"]
    assert "application.app.directory has to lead to" in finished.stdout.splitlines()[-1]


def test_a_machine_gets_every_point(tmp_path: Path) -> None:
    directory = application(tmp_path, Procfile="web: node server.js\n", **{"server.js": ""})
    finished = run(*COMMAND, "--json", str(directory))
    document = json.loads(finished.stdout)
    assert finished.returncode == 0
    assert (document["contract"], document["fits"]) == (VERSION, True)
    assert {each["verdict"] for each in document["points"]} == {"fits", "only running shows"}
    assert document["directory"] == str(directory)


def test_a_language_is_measured_by_the_environments_own_packages(tmp_path: Path) -> None:
    """Of another directory only the settings will tell."""
    environments = tmp_path / "environments"
    environments.mkdir()
    text = (PROJECT / "tests" / "environments" / "dev.toml").read_text(encoding="utf-8")
    own = text.replace("tests/small_application", "examples/node")
    (environments / "dev.toml").write_text(own, encoding="utf-8")
    finished = run(*COMMAND, APP_ENVIRONMENTS=str(environments))
    assert finished.returncode == 2
    assert (
        "`web` starts node, which none of application.app.packages brings (python3.11): add one, "
        "such as nodejs22"
    ) in finished.stdout


def test_json_is_for_the_check_alone() -> None:
    finished = run(*(each for each in COMMAND if each != "--check"), "--json")
    assert finished.returncode == 2
    assert finished.stderr == "--json is for --check: add that, or leave it out\n"
