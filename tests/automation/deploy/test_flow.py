"""The tiny platform is planned and deployed; each test goes on where the one before it ended."""

import json
from pathlib import Path
from typing import Any

import pytest

from automation.errors import UserError
from tests.automation.deploy.deploying import Deploying
from tests.automation.terraform import tiny

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

KEY = "dev-349081/dns/terraform.tfstate.tflock"
BUCKET = "dev-349081-tfstate-123456789012"
LOCK = {
    "ID": "f9763602-b03f-e35c-da30-4083cdbb99ae",
    "Operation": "OperationTypeApply",
    "Info": "",
    "Who": "alice@build-7",
    "Version": "1.11.4",
    "Created": "2026-11-23T17:13:11.72746Z",
    "Path": f"{BUCKET}/dev-349081/dns/terraform.tfstate",
}


Stacks = dict[str, dict[str, Any]]


def name_by_upstream(stacks: Stacks) -> None:
    """What dns creates is named after what it reads of security."""
    place = "data.terraform_remote_state.security.outputs.place"
    parameter = stacks["dns"]["resource"]["aws_ssm_parameter"]["zone"]
    parameter["name"] = f"/dev-349081/dns/${{sha1({place})}}"


@pytest.fixture(autouse=True)
def named_by_upstream(deploying: Deploying) -> None:
    deploying.alter = name_by_upstream


def test_reviewed_plans_are_applied_once_and_nothing_else(
    deploying: Deploying, tmp_path: Path
) -> None:
    plans = tmp_path / "plans"
    said = deploying.plan(out=plans)
    assert said.code == 0
    assert said.outcomes == {
        "security": "planned",
        "storage": "waits for security",
        "dns": "waits for security",
        "application": "waits for security, storage",
    }
    assert (
        "  + security: aws_sns_topic.alarms\n"
        "      display_name  Alarms\n"
        "      name          dev-349081-alarms\n"
        "      known after apply: arn, "
    ) in said.output
    assert "\n2 to create; 2 routine\n" in said.output
    assert "dns waits for security, whose outputs it reads: it is planned after that" in said.output
    assert deploying.log()[-1]["left"] == ["security", "storage", "dns", "application"]
    said = deploying.deploy(plans=plans)
    assert said.code == 0
    assert said.outcomes["security"] == "done"
    assert said.outcomes["dns"] == "not planned"
    assert (
        "dev: deployed, 2 created, 0 changed, 0 destroyed; to be planned next: storage, dns, "
        "application\n"
    ) in said.output
    assert deploying.log()[-1]["left"] == ["storage", "dns", "application"]
    with pytest.raises(UserError) as refusal:
        deploying.deploy(plans=plans)
    assert str(refusal.value) == (
        "plans are outdated, make them again with `plan --out`: "
        "security: the state has changed since (serial 0, now 1)"
    )


def test_a_stale_lock_is_named_and_taken_away_on_demand(deploying: Deploying) -> None:
    s3 = deploying.account.client("s3")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(LOCK).encode())
    said = deploying.deploy(tiers=("dns",), yes=True)
    assert said.code == 1
    assert (
        "dns: locked: the state is locked by alice@build-7 since "
        "2026-11-23 17:13:11.72746 +0000 UTC, to apply\n"
        "  wait until that run has ended; if it has died: "
        "python -m automation deploy --env dev --unlock dns\n"
    ) in said.output
    assert "dns: waiting 0 s: locked" in said.errors
    said = deploying.deploy(unlock="dns", yes=True)
    assert said.code == 0
    assert "locked by alice@build-7 since 2026-11-23T17:13:11.72746Z, to apply" in said.errors
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET, Prefix=KEY)


def test_what_is_shown_is_asked_for_and_applied(deploying: Deploying, answers: list[str]) -> None:
    said = deploying.deploy()
    assert said.code == 0
    assert answers == [
        "Deploy to dev: 2 to create, 0 to change, 0 to destroy, then what application needs?"
    ]
    assert said.outcomes == {
        "security": "no changes",
        "storage": "done",
        "dns": "done",
        "application": "done",
    }
    assert "storage.place = dev-349081-assets-123456789012\n" in said.output
    # What had to wait was shown before it was applied.
    before, _, after = said.errors.partition("  + application: aws_ssm_parameter.password\n")
    assert "application: plan\n" in before
    assert "      value  (sensitive value)\n" in after
    assert "application: apply" in after
    written = said.output + said.errors + deploying.everything_written()
    assert tiny.SECRET not in written
    steps = [entry for entry in deploying.log() if entry["what"] == "step"]
    assert {entry["stack"] for entry in steps} == set(tiny.UPSTREAMS)
    assert deploying.log()[-1]["how"] == "done"
    assert str(max((deploying.workspace / "runs").iterdir())) in said.output.replace("\n", "")


def test_without_changes_nobody_is_asked(
    deploying: Deploying, answers: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    said = deploying.deploy(as_json=True)
    assert (said.code, answers, said.output) == (0, [], "")
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"]
    assert {stack["outcome"] for stack in answer["stacks"]} == {"no changes"}


def test_what_an_upstream_leads_to_may_not_destroy_unseen(
    deploying: Deploying, answers: list[str]
) -> None:
    """A new name of the topic replaces it, and its new ARN replaces dns's parameter."""

    def rename(stacks: Stacks) -> None:
        name_by_upstream(stacks)
        stacks["security"]["resource"]["aws_sns_topic"]["alarms"]["name"] = "renamed"

    deploying.alter = rename
    said = deploying.deploy(tiers=("security", "dns"))
    assert len(answers) == 1
    assert "-/+ security: aws_sns_topic.alarms" in said.errors
    assert "      name  dev-349081-alarms → renamed  forces replacement\n" in said.errors
    assert "1 to replace; 1 careful\n" in said.errors
    assert said.code == 1
    assert (
        "dns: not approved: a new plan destroys aws_ssm_parameter.zone, which nobody was shown\n"
        "  run the command again: it shows the new plan, and asks\n"
    ) in said.output
    assert deploying.deploy(tiers=("security", "dns")).code == 0
    assert len(answers) == 2


def test_what_reads_changed_outputs_is_left_to_another_plan(
    deploying: Deploying, tmp_path: Path
) -> None:
    """The topic gets its first name back, and with it another ARN."""
    plans = tmp_path / "plans"
    assert deploying.plan(out=plans).code == 0
    assert deploying.log()[-1]["left"] == ["security", "storage", "application"]
    said = deploying.deploy(plans=plans)
    assert said.code == 0
    assert said.outcomes == {
        "security": "done",
        "storage": "to be planned again",
        "dns": "to be planned again",
        "application": "not started",
    }
    assert "; to be planned next: storage, dns, application\n" in said.output
    assert deploying.log()[-1]["left"] == ["storage", "dns", "application"]
    assert deploying.plan(out=plans).code == 0
    said = deploying.deploy(plans=plans)
    assert said.code == 0
    assert set(said.outcomes.values()) == {"no changes", "done"}
    assert deploying.log()[-1]["left"] == []


def test_what_terraform_marks_as_sensitive_is_nowhere_to_be_read(
    deploying: Deploying, capsys: pytest.CaptureFixture[str]
) -> None:
    def plant(stacks: Stacks) -> None:
        security = stacks["security"]
        security["variable"] = {"token": {"default": tiny.SECRET, "sensitive": True}}
        security["output"]["token"] = {"value": "${var.token}", "sensitive": True}
        asserted = {"condition": "${var.token == 1}", "error_message": "not with ${var.token}"}
        topic = security["resource"]["aws_sns_topic"]["alarms"]
        topic["lifecycle"] = {"precondition": [asserted]}

    deploying.alter = plant
    said = deploying.deploy(tiers=("security",), yes=True, as_json=True)
    answer = capsys.readouterr().out
    assert said.code == 1
    (security,) = json.loads(answer)["stacks"]
    assert security["problems"]
    written = answer + said.output + said.errors + deploying.everything_written()
    assert tiny.SECRET not in written
    assert "precondition failed" in written
