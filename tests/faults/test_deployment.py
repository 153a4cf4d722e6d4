"""The tiny platform is deployed on bad days."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation import PROJECT
from tests.automation.accounts import Account, emulated
from tests.automation.deploy.deploying import Deploying, share_provider
from tests.faults.calls import Call
from tests.faults.proxy import TRANSIENT, Fault, Faulty, never, once, sometimes

pytestmark = [pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

PATIENCE = 120
# The command, but for what is synthesized, and where it writes.
PROGRAM = """
import json, sys
from pathlib import Path
from rich.console import Console
from automation.deploy import DeployCommand, DeployRequest
from automation.terraform.stacks import Synthesis
from config import load
from tests.automation.terraform import tiny
from tests.faults.test_deployment import without_parameters
def synthesize(environment, output):
    stacks = tiny.write(output, load(environment).naming)
    without_parameters({stack.name: stack.content for stack in stacks})
    for stack in stacks:
        stack.file.write_text(json.dumps(stack.content))
    return Synthesis(environment, output, stacks, 0)
request = DeployRequest(environment="dev", yes=True, workspace=Path(sys.argv[1]))
consoles = {"console": Console(), "progress": Console(stderr=True)}
sys.exit(DeployCommand(request, synthesizer=synthesize, **consoles).run())
"""


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Account]:
    with emulated(tmp_path / "account") as account:
        yield account


@pytest.fixture
def faulty(real: Account, tmp_path: Path) -> Iterator[Faulty]:
    with Faulty(real.emulator, never, tmp_path / "faulty") as started:
        yield started


@pytest.fixture
def deploying(
    real: Account, faulty: Faulty, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Deploying:
    account = Account(faulty, real.settings, tmp_path)
    account.enter(monkeypatch)
    return Deploying(account, share_provider(tmp_path / "workspace"))


def no_bucket(call: Call, _: int) -> Fault | None:
    """No policy allows to create a bucket."""
    created = call.service == "s3" and call.action == "PUT /"
    return Fault.DENIED if created else None


def slow_topic(call: Call, _: int) -> Fault | None:
    return Fault.LATE if call.action == "GetTopicAttributes" else None


def without_parameters(stacks: dict[str, dict[str, Any]]) -> None:
    """The provider forgets what it was creating at the moment of an interrupt."""
    stacks["security"]["resource"].pop("aws_ssm_parameter")


def test_a_fifth_of_all_calls_fails_and_everything_is_deployed(
    faulty: Faulty, deploying: Deploying
) -> None:
    faulty.forwarder.rule = sometimes(0.2, "tiny", *TRANSIENT, Fault.LATE)
    said = deploying.deploy(yes=True)
    assert said.code == 0, said.output
    happened = len(faulty.forwarder.happened)
    assert happened - faulty.count(None) > happened / 10
    faulty.forwarder.rule = never
    assert set(deploying.plan().outcomes.values()) == {"no changes"}


def test_an_answer_that_is_lost_is_asked_for_again(faulty: Faulty, deploying: Deploying) -> None:
    faulty.forwarder.after = True
    faulty.forwarder.rule = once(Fault.DROPPED, "sns", "CreateTopic")
    said = deploying.deploy(tiers=("security",), yes=True)
    assert said.code == 0
    assert faulty.count(Fault.DROPPED) == 1
    assert "dev: deployed, 2 created" in said.output


def test_after_a_permanent_failure_the_others_finish_and_a_repeat_completes(
    faulty: Faulty, deploying: Deploying
) -> None:
    faulty.forwarder.rule = no_bucket
    said = deploying.deploy(yes=True)
    assert said.code == 1
    assert said.outcomes == {
        "security": "done",
        "storage": "failed",
        "dns": "done",
        "application": "not started",
    }
    assert "storage: access denied: s3:PUT is denied: aws_s3_bucket.assets: " in said.output
    assert "\n  allow it in the policies of the credentials in use" in said.output
    assert "dev: not fully deployed, 3 created" in said.output
    assert deploying.log()[-1]["exit_code"] == 1
    faulty.forwarder.rule = never
    said = deploying.deploy(yes=True)
    assert said.code == 0
    assert said.outcomes == {
        "security": "no changes",
        "storage": "done",
        "dns": "no changes",
        "application": "done",
    }


def test_ctrl_c_stops_terraform_gently_and_a_repeat_completes(
    real: Account, faulty: Faulty, deploying: Deploying
) -> None:
    faulty.forwarder.rule = slow_topic
    command = [sys.executable, "-c", PROGRAM, str(deploying.workspace)]
    with subprocess.Popen(  # noqa: S603
        command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if "security: apply" in line:
                while not faulty.count(Fault.LATE):
                    time.sleep(0.05)
                process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    assert said[-1] == "interrupted: Terraform has ended; repeat the command\n"
    assert deploying.log()[-1]["how"] == "interrupted"
    found = real.client("s3").list_objects_v2(Bucket=real.settings.naming.bucket("tfstate"))
    keys = [each["Key"] for each in found["Contents"]]
    # What was done has been saved, and the lock is gone.
    assert keys == ["dev-349081/security/terraform.tfstate"]
    faulty.forwarder.rule = never
    deploying.alter = without_parameters
    assert deploying.deploy(tiers=("security",), yes=True).code == 0
