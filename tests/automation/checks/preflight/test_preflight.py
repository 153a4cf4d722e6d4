import boto3
import pytest

from automation.checks.preflight import examine
from automation.emulator import Emulator
from automation.rehearse.account import bootstrap_account
from config import Settings

SUBJECTS = ["tools", "account", "state", "quotas", "offerings", "domain", "names"]


def nobody(_: str) -> frozenset[str]:
    return frozenset()


def test_a_bootstrapped_account_is_ready_for_dev(
    emulator: Emulator, session: boto3.Session, settings: Settings
) -> None:
    bootstrap_account(emulator, settings)
    findings = list(examine(session, settings, ask=nobody))
    assert list(dict.fromkeys(finding.tier for finding in findings)) == SUBJECTS
    assert [finding for finding in findings if not finding.ok and finding.tier != "tools"] == []
    assert [finding.what for finding in findings if finding.warning] == ["hosted zone: delegated"]


@pytest.mark.usefixtures("emulator")
def test_everything_is_looked_at_whatever_is_found(
    session: boto3.Session, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    nowhere = settings.model_copy(update={"region": "ap-east-1"})
    findings = list(examine(session, nowhere, ask=nobody))
    assert list(dict.fromkeys(finding.tier for finding in findings)) == SUBJECTS
    failed = [finding for finding in findings if not finding.ok]
    assert {"tools", "account", "state"} <= {finding.tier for finding in failed}
    assert all(finding.remedy for finding in failed)
    assert (failed[0].detail, failed[0].remedy) == (
        "Terraform is not installed, or not on PATH",
        "install 1.11 or newer from https://developer.hashicorp.com/terraform/install",
    )


def test_errors_of_aws_have_a_remedy_too(session: boto3.Session, settings: Settings) -> None:
    absent = settings.dns.model_copy(update={"hosted_zone_id": "Z0123456789ABC"})
    findings = examine(session, settings.model_copy(update={"dns": absent}), ask=nobody)
    (finding,) = [each for each in findings if each.tier == "domain"]
    assert finding.remedy == "mend what AWS says, and run preflight again"
