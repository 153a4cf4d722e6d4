"""What outlives an environment: Terraform refuses to destroy it, and `destroy` gives it up."""

import json
from pathlib import Path

import pytest

from automation.terraform.stacks import Synthesis, read
from tests.automation.accounts import Account
from tests.automation.destroy.destroying import run
from tests.automation.terraform import tiny

pytestmark = [
    pytest.mark.overnight,
    pytest.mark.usefixtures("inside"),
    pytest.mark.rehearsal,
    pytest.mark.terraform,
    pytest.mark.slow,
]
OWNER = "/dev-349081/security/owner"


def keeping(account: Account, output: Path) -> Synthesis:
    """The tiny platform, one of whose parameters is kept."""
    tiny.write(output, account.settings.naming)
    file = output / "stacks" / "security" / "cdk.tf.json"
    content = json.loads(file.read_text())
    parameter = content["resource"]["aws_ssm_parameter"]["owner"]
    parameter["lifecycle"] = {"prevent_destroy": True}
    file.write_text(json.dumps(content))
    return Synthesis("dev", output, read(output), 0)


def test_what_is_kept_is_told_and_outlives_everything_else(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.deploy()
    monkeypatch.setattr(
        Account, "synthesize", lambda self, _, output: keeping(self, output), raising=True
    )
    code, consoles = run(account)
    assert code == 0
    said = consoles.errors.getvalue()
    assert f"This outlives them:\n  security: aws_ssm_parameter {OWNER}" in said
    assert consoles.lines[0] == f"stays: security: aws_ssm_parameter {OWNER}"
    assert consoles.lines[1] == "dev: destroyed: application, dns, storage, security"
    found = account.client("ssm").describe_parameters()["Parameters"]
    assert [each["Name"] for each in found] == [OWNER]
    assert account.client("sns").list_topics()["Topics"] == []
