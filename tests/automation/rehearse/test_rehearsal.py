"""Whole rehearsals: minutes each."""

import os
import shlex
import signal
import sys
import time

import pytest

from automation.emulator import find
from automation.rehearse import digests
from automation.terraform.stacks import closure, dependencies, read, reverse
from tests.automation.export.exporting import exported, unexplained
from tests.automation.rehearse.program import (
    PATIENCE,
    Start,
    all_is_well,
    below,
    everything_was_applied,
    wait_for,
)
from tests.automation.terraform.test_processes import ends
from tests.processes import run

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]


@pytest.mark.gate
def test_prod_is_deployed_checked_and_unchanged(rehearse: Start) -> None:
    program = rehearse("prod", "keep")
    code, answer = program.finish()
    try:
        all_is_well(code, answer)
        # Whoever leaves with an export goes on with what was deployed.
        out = program.folder / "export" / "prod"
        exported("prod", program.folder / "out", out)
        stacks = read(program.folder / "out")
        left = unexplained(out, program.folder, answer["emulator"]["shell"])
        assert left == {stack.name: [] for stack in stacks}
    finally:
        run(*rehearse("prod", "stop").command)
    everything_was_applied(program.folder, answer)
    assert answer["outputs"]["edge.site_url"].startswith("https://")
    # What was applied is what a fresh synthesis gives.
    again = program.folder / "again"
    run(sys.executable, "main.py", APP_ENV="prod", CDKTF_OUTDIR=str(again))
    rehearsed, fresh = digests(read(program.folder / "out")), digests(read(again))
    assert list(rehearsed.values()) == list(fresh.values())
    assert len(fresh) == len(answer["stacks"])


def test_ctrl_c_stops_terraform_gently_and_leaves_nothing_running(rehearse: Start) -> None:
    program = rehearse("dev")
    with program.until("security: apply") as process:
        provider = wait_for(process.pid, "terraform-provider-aws")
        children = [pid for pid, _ in below(process.pid)]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    assert provider in children
    assert all(map(ends, children))
    assert program.said[-1] == "interrupted: Terraform and the emulator have ended\n"


def test_a_dead_emulator_ends_the_rehearsal_at_once(rehearse: Start) -> None:
    program = rehearse("dev")
    with program.until("security: apply") as process:
        children = [pid for pid, _ in below(process.pid)]
        os.kill(wait_for(process.pid, "automation.emulator.server"), signal.SIGKILL)
        start = time.monotonic()
        assert process.wait(PATIENCE) == 1
        assert time.monotonic() - start < 10
    assert all(map(ends, children))
    assert program.said[-1].startswith("the emulator ended during the rehearsal; its log: ")


@pytest.mark.overnight
def test_a_killed_terraform_fails_its_stack_and_a_second_run_makes_good(rehearse: Start) -> None:
    program = rehearse("dev")
    with program.until("security: apply") as process:
        # Its plan is made, so that the one that has it is the one that applies it.
        terraform = wait_for(process.pid, "stacks/security/plan.tfplan")
        provider = wait_for(terraform, "terraform-provider-aws")
        os.kill(terraform, signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
    assert ends(provider)
    graph = dependencies(read(program.folder / "out"))
    hopeless = closure(["security"], reverse(graph)) - {"security"}
    assert program.told("failed") == {"security"}
    assert program.told("not started") == hopeless
    assert program.told("done") == graph.keys() - hopeless - {"security"}
    dev_is_deployed_checked_unchanged_and_destroyed(rehearse)


def dev_is_deployed_checked_unchanged_and_destroyed(rehearse: Start) -> None:
    program = rehearse("dev", "destroy")
    code, answer = program.finish()
    all_is_well(code, answer)
    everything_was_applied(program.folder, answer)
    assert all("destroy" in stack["seconds"] for stack in answer["stacks"])


def test_a_kept_emulator_serves_terraform_until_it_is_stopped(rehearse: Start) -> None:
    program = rehearse("dev", "keep")
    code, answer = program.finish()
    all_is_well(code, answer)
    try:
        folder = program.folder / "out" / "stacks" / "security"
        data = program.folder / "workspace" / "rehearsal" / "dev" / "stacks" / "security"
        shell = [*answer["emulator"]["shell"], f"export TF_DATA_DIR={shlex.quote(str(data))}"]
        plan = "terraform plan -input=false -no-color -detailed-exitcode"
        finished = run("sh", "-c", "\n".join([*shell, plan]), folder=folder)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        assert rehearse("dev").finish() == (2, None)
    finally:
        run(*rehearse("dev", "stop").command)
    assert find(program.folder / "workspace" / "rehearsal" / "dev" / "kept.json") is None
    assert ends(answer["emulator"]["pid"])
