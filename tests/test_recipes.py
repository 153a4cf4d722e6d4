"""The recipes of CONTRIBUTING.md, word by word."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from automation.emulator import Emulator
from automation.rehearse.account import session, terraform_environment
from automation.terraform.stacks import read
from config import load
from tests.processes import run
from tests.promises import SHIPPED
from tests.recipes import PAGE, Recipe, copy_project

# What a tier of one's own might break: promises, pages, what checks expect of stacks. Its addresses
# are looked at as they are renewed.
QUICK = (
    "tests/test_platform.py",
    "tests/test_layering.py",
    "tests/stacks",
    "tests/config/test_reference.py",
    "tests/automation/checks/configuration/test_expectations.py",
    "tests/automation/destroy/test_data_loss.py",
    "tests/automation/diagram/test_drawing.py",
    "tests/automation/terraform/test_stacks.py",
    "tests/documents/test_runbooks.py",
)


# The smaller recipes build on each other, as their examples do: the check asks for the setting.
SMALLER = (
    "Add a setting",
    "Add an alarm",
    "Add a risk rule",
    "Add a check",
    "Add a command",
    "Add a refusal",
)
# What these might break.
QUICK_SMALLER = (
    "tests/test_layering.py",
    "tests/stacks",
    "tests/modules/monitoring",
    "tests/modules/network",
    "tests/config/test_reference.py",
    "tests/automation/review/test_rules.py",
    "tests/automation/checks/configuration/test_audit.py",
    "tests/automation/checks/configuration/test_network.py",
    "tests/automation/emulator/extensions/test_flow_log_intervals.py",
    "tests/automation/emulator/extensions/test_ec2.py",
    "tests/automation/test_messages.py",
    "tests/documents/test_readmes.py",
    "tests/documents/test_runbooks.py",
)


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return Recipe.read("Add a tier")


@pytest.fixture(scope="module")
def project(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a tier of a user's own."""
    folder = copy_project(tmp_path_factory.mktemp("recipe") / "project")
    for step in recipe.steps:
        step.follow(folder)
    return folder


def python(project: Path, *arguments: str, code: int = 0, **environ: str) -> str:
    """What a program prints in the copy."""
    finished = run(sys.executable, *arguments, folder=project, only={**os.environ, **environ})
    assert finished.returncode == code, finished.stdout + finished.stderr
    return finished.stdout


def addresses(project: Path) -> str:
    """The list of one of the environments that the project has, whichever they are."""
    environment = min((project / "environments").glob("*.toml")).stem
    return (project / "addresses" / f"{environment}.txt").read_text()


def test_a_tier_takes_five_files_and_none_that_every_tier_would_share(recipe: Recipe) -> None:
    """Besides the page for whom its alarm wakes."""
    files = {step.file for step in recipe.steps if not step.file.startswith("docs/runbooks/")}
    assert len(files) <= 5
    assert not [file for file in files if file.startswith(("automation/", "tests/"))]


@pytest.mark.slow
def test_it_passes_lint_and_types(project: Path, recipe: Recipe) -> None:
    files = [step.file for step in recipe.steps]
    python(project, "-m", "ruff", "check", *files)
    python(project, "-m", "ruff", "format", "--check", *files)
    python(project, "-m", "mypy", "-p", "config", "-p", "modules", "-p", "stacks")


@pytest.mark.slow
def test_what_is_generated_is_renewed_and_the_tests_pass(project: Path, recipe: Recipe) -> None:
    renew, *gate = recipe.commands
    assert gate == ["make test", "APP_ENV=dev make"]
    command = [*renew.split(), "--old-file=setup", f"RUN={sys.executable}"]
    finished = run(*command, folder=project)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "oldest_message_seconds" in (project / "docs" / "settings.md").read_text()
    assert "queue aws_sqs_queue" in addresses(project)
    python(project, "-m", "pytest", "-q", "-m", "not rehearsal", *QUICK)


@pytest.mark.slow
def test_its_alarm_tells_whom_all_alarms_tell(project: Path, tmp_path: Path) -> None:
    python(project, "main.py", APP_ENV="prod", CDKTF_OUTDIR=str(tmp_path))
    stacks = {stack.name: stack.content for stack in read(tmp_path)}
    assert stacks.keys() == {*SHIPPED, "queue"}
    alarms = stacks["monitoring"]["resource"]["aws_cloudwatch_metric_alarm"].values()
    (alarm,) = [each for each in alarms if each["alarm_name"] == "prod-349081-work-delay"]
    assert alarm["threshold"] == 300
    assert alarm["alarm_actions"] == alarm["ok_actions"] != []
    (dashboard,) = stacks["monitoring"]["resource"]["aws_cloudwatch_dashboard"].values()
    assert "work-delay" in dashboard["dashboard_body"]


@pytest.mark.slow
def test_the_smaller_recipes_are_complete(tmp_path: Path) -> None:
    """Lint, types, and the tests of what they touch, once what is generated is renewed."""
    project = copy_project(tmp_path / "project")
    steps = [step for name in SMALLER for step in Recipe.read(name).steps]
    for step in steps:
        step.follow(project)
    files = [step.file for step in steps if step.file.endswith(".py")]
    python(project, "-m", "ruff", "check", *files)
    python(project, "-m", "ruff", "format", "--check", *files)
    python(project, "-m", "mypy", *files)
    command = ("make", "docs", "addresses", "--old-file=setup", f"RUN={sys.executable}")
    finished = run(*command, folder=project)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "flow_log_interval_seconds" in (project / "docs" / "settings.md").read_text()
    assert "tls-errors" in addresses(project)
    named = python(project, "-m", "automation", "tiers", "--env", "dev", "--json")
    assert set(json.loads(named)) == set(SHIPPED)
    python(project, "-m", "pytest", "-q", "-m", "not rehearsal", *QUICK_SMALLER)


def test_every_kind_of_change_has_its_recipe() -> None:
    listed = re.findall(r"\| \[(Add [^\]]+)\]", PAGE.read_text(encoding="utf-8"))
    assert listed == ["Add a tier", *SMALLER]


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    dev = load("dev")
    with Emulator(
        account_id=dev.account_id, region=dev.region, workspace=tmp_path / "emulator"
    ) as started:
        yield started


class Commands:
    """The commands, in the copy and before an emulated account."""

    def __init__(self, project: Path, emulator: Emulator) -> None:
        self._project = project
        self._environ = terraform_environment(emulator, os.environ)

    def ask(self, *arguments: str, code: int = 0) -> Any:
        """What one answers to a machine."""
        return json.loads(self._run(*arguments, "--json", code=code).stdout)

    def refusal(self, *arguments: str) -> str:
        return self._run(*arguments, code=2).stderr

    def _run(self, *arguments: str, code: int) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "automation", *arguments, "--env", "dev"]
        finished = run(*command, folder=self._project, only=self._environ)
        assert finished.returncode == code, finished.stdout + finished.stderr
        assert "Traceback" not in finished.stderr
        return finished


@pytest.mark.terraform
@pytest.mark.overnight
@pytest.mark.rehearsal
@pytest.mark.slow
def test_every_command_knows_it(project: Path, emulator: Emulator) -> None:
    commands = Commands(project, emulator)
    commands.ask("bootstrap", "--yes")
    deployed = commands.ask("deploy", "security", "queue", "--yes")
    assert [stack["name"] for stack in deployed["stacks"]] == ["security", "queue"]
    assert "queue" in {stack["name"] for stack in commands.ask("status")["stacks"]}
    verified(commands)
    drifted(commands, session(emulator))
    destroyed(commands, session(emulator))


def verified(commands: Commands) -> None:
    # Most of the platform is not there: what is said of the queue counts.
    findings = commands.ask("verify", "--all", code=1)["findings"]
    deployed = {each["tier"]: each["ok"] for each in findings if each["what"].endswith(" deployed")}
    assert [tier for tier, ok in deployed.items() if ok] == ["security", "queue"]
    found = {each["what"]: each for each in findings if each["tier"] == "queue"}
    assert found["checks of its own"]["detail"].startswith("none: ")
    assert found["resources: are deployed"]["detail"] == "1 of 1"
    state = [each for each in findings if each["what"].startswith("state of queue")]
    assert state
    assert all(each["ok"] for each in state)


def drifted(commands: Commands, account: boto3.Session) -> None:
    assert commands.ask("drift", "queue")["verdict"] == "no drift"
    sqs = account.client("sqs")
    url = sqs.get_queue_url(QueueName="dev-349081-work")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    (stack,) = [each for each in commands.ask("drift", code=2)["stacks"] if each["resources"]]
    (resource,) = stack["resources"]
    assert (stack["name"], resource["type"]) == ("queue", "aws_sqs_queue")
    (change,) = resource["changes"]
    assert (change["attribute"], change["new"]) == ("message_retention_seconds", 60)


def destroyed(commands: Commands, account: boto3.Session) -> None:
    confirm = ("--confirm", "dev-349081")
    refused = commands.refusal("destroy", "security", *confirm)
    assert "queue cannot do without security: name them, too: " in refused
    assert "destroy security queue" in refused
    answer = commands.ask("destroy", "security", "queue", *confirm)
    assert [each["name"] for each in answer["stacks"]] == ["queue", "security"]
    assert {each["outcome"] for each in answer["stacks"]} == {"done"}
    (loss,) = [each for each in answer["losses"] if each["stack"] == "queue"]
    assert loss["what"] == "aws_sqs_queue dev-349081-work"
    assert loss["detail"] == "whether it holds data is not known here: see for yourself"
    assert account.client("sqs").list_queues().get("QueueUrls", []) == []
