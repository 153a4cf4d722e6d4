"""Plans as `plan --out` keeps them, shown by the real Terraform, which needs no account for it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from automation import WORKSPACE
from automation.errors import UserError
from automation.review import command
from automation.terraform import program
from automation.terraform.plan_store import PlanStore, StoredPlan
from automation.terraform.providers import install
from automation.terraform.stacks import Synthesis
from config import load
from tests.automation.consoles import Consoles
from tests.automation.terraform import tiny

pytestmark = [pytest.mark.terraform, pytest.mark.slow]
OFFLINE = {
    "skip_credentials_validation": True,
    "skip_requesting_account_id": True,
    "skip_metadata_api_check": "true",
    "access_key": "unused",
    "secret_key": "unused",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    folder = tmp_path_factory.mktemp("out")
    return Synthesis("dev", folder, tiny.write(folder, load("dev").naming), 0)


@pytest.fixture(scope="module")
def folder(platform: Synthesis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved plan of a stack that reads nothing, made with a state on disk."""
    stack = next(each for each in platform.stacks if each.name == "security")
    work = tmp_path_factory.mktemp("work")
    found = program.find()
    installation = install(found, platform.stacks, WORKSPACE)
    content: dict[str, Any] = json.loads(json.dumps(stack.content))
    del content["terraform"]["backend"]
    content["provider"]["aws"][0] |= OFFLINE
    del content["provider"]["aws"][0]["allowed_account_ids"]
    (work / "main.tf.json").write_text(json.dumps(content))
    (work / ".terraform.lock.hcl").write_text(installation.lock_without_hashes)
    environ = {**os.environ, **installation.environ}
    environ["TF_DATA_DIR"] = str(installation.folder.parent)
    subprocess.run(  # noqa: S603
        [found.program, "plan", "-input=false", "-out=plan.tfplan"],
        cwd=work,
        env=environ,
        check=True,
        capture_output=True,
    )
    plan = StoredPlan(
        stack="security",
        account_id="123456789012",
        terraform=found.version,
        source="",
        lineage="",
        serial=0,
        inputs={},
        changed=True,
        intended=(),
    )
    kept = tmp_path_factory.mktemp("kept")
    files = {"security": work / "plan.tfplan"}
    PlanStore(kept).save([plan], files, lock=installation.lock)
    return kept


def shown(folder: Path, platform: Synthesis) -> Any:
    consoles = Consoles()
    return command.read(folder, platform.stacks, progress=consoles.progress)


def test_saved_plans_are_shown(folder: Path, platform: Synthesis) -> None:
    assert command.is_saved(folder)
    plans = shown(folder, platform)
    assert list(plans) == ["security"]
    assert {each["address"] for each in plans["security"]["resource_changes"]} == {
        "aws_sns_topic.alarms",
        "aws_ssm_parameter.owner",
    }


def test_a_plan_that_cannot_be_shown_is_refused(
    folder: Path, platform: Synthesis, tmp_path: Path
) -> None:
    broken = tmp_path / "kept"
    shutil.copytree(folder, broken)
    (broken / "security.tfplan").write_bytes(b"no plan")
    with pytest.raises(UserError) as refused:
        shown(broken, platform)
    message = str(refused.value)
    assert "cannot show the plan of security" in message
    assert message.endswith("plan and review with the same Terraform")
    assert "\n" not in message
