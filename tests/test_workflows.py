"""The workflows are valid, trust nobody more than they must, and run commands that there are."""

import importlib.util
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from automation.terraform.stacks import dependencies, depth_below, read
from config import load
from tests.actions import commands, jobs, steps, workflow
from tests.automation.commands import OPTIONS
from tests.conftest import ENVIRONMENTS
from tests.processes import run
from tests.programs import SHELLCHECK

ROOT = Path(__file__).parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [file.name for file in WORKFLOWS]
Workflow = dict[str, Any]
ALERTS = {"actions": "read", "contents": "read", "security-events": "write"}
# A called workflow is given what any of its jobs asks for, `comment` and `alerts` among them.
CALLED = {"id-token": "write", "pull-requests": "write", **ALERTS}
# Who may do what beyond nothing; a new right is a reviewed one.
RIGHTS = {
    "alerts.yml": {"alerts": ALERTS},
    "comment.yml": {"comment": {"pull-requests": "write"}},
    "deploy.yml": {
        **{f"layer-{number}": CALLED for number in range(1, 6)},
        "verify": {"contents": "read", "id-token": "write"},
    },
    "layer.yml": {
        "plan": CALLED,
        "deploy": {"contents": "read", "id-token": "write"},
    },
    "plan.yml": {
        "plan": {"contents": "read", "id-token": "write"},
        "comment": {"pull-requests": "write"},
        "alerts": ALERTS,
    },
    "pull-request.yml": {
        "test": {"contents": "read"},
        "preview": {"contents": "read"},
        "comment": {"pull-requests": "write"},
        "scan": {"contents": "read"},
        "alerts": ALERTS,
    },
}
RIGHTS["rotate.yml"] = {
    "rotate": {"contents": "write", "id-token": "write", "pull-requests": "write"}
}
RIGHTS["drift.yml"] = {
    "look": {"contents": "read", "id-token": "write"},
    "tell": {"contents": "read", "issues": "write"},
}
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"


def test_the_workflows_are_those_of_which_the_rights_are_known() -> None:
    assert sorted(RIGHTS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_github_understands_it(name: str) -> None:
    """By the schema of SchemaStore, which check-jsonschema ships."""
    package = importlib.util.find_spec("check_jsonschema")
    if package is None or package.origin is None:
        pytest.skip("check-jsonschema is not installed")
    folder = Path(package.origin).parent / "builtin_schemas" / "vendor"
    schema = json.loads((folder / "github-workflows.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(workflow(name))


@pytest.mark.parametrize("name", NAMES)
def test_actions_are_pinned_by_commit_and_name_their_version(name: str) -> None:
    content = (ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8")
    used = re.findall(r"uses: (.+)", content)
    assert used
    for each in used:
        local = each.startswith("./.github/workflows/")
        pinned = re.fullmatch(r"[\w-]+(/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
        assert local or pinned, each
        assert not local or (ROOT / each).is_file(), each


def test_each_action_has_one_version() -> None:
    used = {each for name in NAMES for step in steps(name) if (each := step.get("uses"))}
    assert len(used) == len({each.split("@")[0] for each in used})


@pytest.mark.parametrize("name", NAMES)
def test_each_job_may_do_no_more_than_is_known(name: str) -> None:
    assert workflow(name)["permissions"] == {}
    assert {job: each["permissions"] for job, each in jobs(name).items()} == RIGHTS[name]


@pytest.mark.parametrize("name", NAMES)
def test_no_job_runs_forever_or_keeps_the_token(name: str) -> None:
    for job in jobs(name).values():
        assert "uses" in job or 0 < job["timeout-minutes"] <= 180
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", NAMES)
def test_an_application_in_a_submodule_is_there(name: str) -> None:
    for step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["submodules"] == "recursive"


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_within_a_pipe_is_a_failure(name: str) -> None:
    assert workflow(name)["defaults"] == {"run": {"shell": "bash"}}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_that_others_write_is_part_of_a_script(name: str) -> None:
    """https://docs.github.com/actions/concepts/security/script-injections"""
    assert [step for step in steps(name) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("name", NAMES)
def test_scripts_are_without_fault(name: str, tmp_path: Path) -> None:
    for number, step in enumerate(steps(name)):
        if "run" in step:
            (tmp_path / f"{number}.sh").write_text(step["run"], encoding="utf-8")
    scripts = [str(file) for file in sorted(tmp_path.iterdir())]
    if scripts:
        finished = run(SHELLCHECK, "--shell=bash", *scripts)
        assert finished.returncode == 0, finished.stdout


def test_no_workflow_has_the_rights_of_the_repository_for_a_fork() -> None:
    for name in NAMES:
        assert {"pull_request_target", "workflow_run"}.isdisjoint(workflow(name)["on"])


def test_pull_requests_are_tested_and_previewed_without_any_secret() -> None:
    content = (ROOT / ".github" / "workflows" / "pull-request.yml").read_text(encoding="utf-8")
    assert "secrets." not in content
    assert "configure-aws-credentials" not in content
    assert commands("pull-request.yml") == [
        ["preview", "--base", '"origin/$BASE"', "--out", "review"],
        ["scan", "--sarif", "scan.sarif"],
    ]


@pytest.mark.parametrize(
    ("name", "job"),
    [("pull-request.yml", "comment"), ("pull-request.yml", "alerts"), ("plan.yml", "plan")],
)
def test_forks_are_left_out_where_there_is_a_right(name: str, job: str) -> None:
    assert SAME_REPOSITORY in jobs(name)[job]["if"]


@pytest.mark.parametrize(
    ("job", "actions"),
    [
        ("comment", ["actions/download-artifact"]),
        ("alerts", ["actions/download-artifact", "github/codeql-action/upload-sarif"]),
    ],
)
def test_what_may_write_runs_nothing_of_a_pull_request(job: str, actions: list[str]) -> None:
    uses = [step["uses"].split("@")[0] for step in steps(f"{job}.yml") if "uses" in step]
    assert uses == actions
    for name in ("plan.yml", "pull-request.yml"):
        assert jobs(name)[job]["uses"] == f"./.github/workflows/{job}.yml"


@pytest.mark.parametrize("name", ["plan.yml", "pull-request.yml"])
def test_code_scanning_gets_what_a_command_wrote(name: str) -> None:
    (written,) = (
        Path(words[words.index("--sarif") + 1]) for words in commands(name) if "--sarif" in words
    )
    artifact = jobs(name)["alerts"]["with"]["artifact"]
    kept = [
        step["with"]["path"]
        for step in steps(name)
        if step.get("uses", "").startswith("actions/upload-artifact@")
        and artifact in step["with"]["name"]
    ]
    assert any(written.is_relative_to(each) for each in kept)


def test_runs_that_would_disturb_each_other_wait() -> None:
    deploy = workflow("deploy.yml")["concurrency"]
    plan = jobs("plan.yml")["plan"]["concurrency"]
    assert not deploy["cancel-in-progress"]
    assert not plan["cancel-in-progress"]
    assert deploy["group"].split("-")[0] != plan["group"].split("-")[0]
    assert workflow("pull-request.yml")["concurrency"]["group"].startswith("pull-request-")


def test_what_was_reviewed_is_deployed_after_somebody_agreed() -> None:
    assert jobs("layer.yml")["plan"]["uses"] == "./.github/workflows/plan.yml"
    job = jobs("layer.yml")["deploy"]
    assert job["needs"] == "plan"
    assert job["environment"] == "${{ inputs.environment }}"
    assert [each[0] for each in commands("plan.yml")] == ["plan", "diagram", "review"]
    assert commands("layer.yml") == [["deploy", "--plans", "plans"]]
    assert commands("deploy.yml") == [["verify", "--wait", "900"]]


def test_layers_follow_each_other_and_verify_follows_them_all() -> None:
    *layers, verify = jobs("deploy.yml").values()
    assert {each["uses"] for each in layers} == {"./.github/workflows/layer.yml"}
    names = [each["with"]["layer"] for each in layers]
    assert [*names, "verify"] == list(jobs("deploy.yml"))
    assert [each.get("needs") for each in layers] == [None, *names[:-1]]
    assert verify["needs"] == names


@pytest.mark.parametrize("environment", [*ENVIRONMENTS, "options"])
def test_there_are_layers_enough_for_a_first_deployment(
    environment: str, output_of: Callable[[str], Path]
) -> None:
    hold_layers(output_of(environment))


def hold_layers(output: Path) -> None:
    """Each tier of the longest chain waits for a layer of its own."""
    needed = 1 + max(depth_below(dependencies(read(output))).values())
    there = sum(each.startswith("layer-") for each in jobs("deploy.yml"))
    assert needed <= there, f"add layers to .github/workflows/deploy.yml: it takes {needed}"


def test_plans_leave_the_machine_encrypted() -> None:
    kept = [
        step["with"]["path"]
        for step in steps("plan.yml")
        if step.get("uses", "").startswith("actions/upload-artifact@")
    ]
    assert kept == ["review", "plans.tar.gz.gpg"]


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("plan.yml", "plan"),
        ("layer.yml", "deploy"),
        ("deploy.yml", "plan"),
        ("rotate.yml", "plan"),
        ("drift.yml", "plan"),
    ],
)
def test_the_roles_are_those_of_bootstrap(name: str, role: str) -> None:
    (script,) = (step["run"] for step in steps(name) if step.get("id") == "settings")
    code = script.replace(".venv/bin/python", f'"{sys.executable}"').split(">>")[0]
    finished = run("bash", "-ec", code, APP_ENV="prod")
    naming = load("prod").naming
    arn = f"arn:aws:iam::{naming.account_id}:role/{naming.prefix}-{role}"
    assert finished.stdout.splitlines() == [f"role={arn}", f"region={naming.region}"]


def test_terraform_is_the_same_wherever_a_plan_goes() -> None:
    versions = {
        step["with"]["terraform_version"]
        for name in NAMES
        for step in steps(name)
        if step.get("uses", "").startswith("hashicorp/setup-terraform@")
    }
    assert len(versions) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_are_there(name: str) -> None:
    for command, *words in commands(name):
        assert {word for word in words if word.startswith("--")} <= OPTIONS[command], command


def test_the_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = jobs("pull-request.yml")["test"]["strategy"]["matrix"]["target"]
    called = [
        word
        for name in NAMES
        for step in steps(name)
        for word in re.findall(r"make (\w+)", step.get("run", ""))
    ]
    for target in (*targets, *called):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
