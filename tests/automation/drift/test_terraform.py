"""The tiny platform, changed behind Terraform's back."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.automation.accounts import Account
from tests.automation.drift.looking import run
from tests.automation.terraform.tiny import SECRET

pytestmark = [
    pytest.mark.usefixtures("inside"),
    pytest.mark.rehearsal,
    pytest.mark.terraform,
    pytest.mark.slow,
]
TOPIC = "arn:aws:sns:us-west-2:123456789012:dev-349081-alarms"
NEW_SECRET = "battery-horse-correct-staple"


def test_drift_is_told_attribute_by_attribute(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.deploy()
    code, consoles = run(account, "storage", "application")
    assert consoles.lines == ["dev: no drift: storage, application"]
    assert code == 0
    before = states(account)
    tamper(account)
    code, consoles = run(account)
    assert consoles.lines == EXPECTED
    assert code == 2
    assert SECRET not in consoles.errors.getvalue()
    code, consoles = run(account, "application", as_json=True)
    said = capsys.readouterr().out
    assert json.loads(said) == APPLICATION
    assert code == 2
    assert consoles.lines == []
    assert SECRET not in said
    assert NEW_SECRET not in said
    # Nothing was taken over, and no lock is left.
    assert states(account) == before


def tamper(account: Account) -> None:
    naming = account.settings.naming
    account.client("sns").set_topic_attributes(
        TopicArn=TOPIC, AttributeName="DisplayName", AttributeValue="Somebody's"
    )
    tags = [{"Key": "Keeper", "Value": "somebody"}, {"Key": "Added", "Value": "by hand"}]
    account.client("s3").put_bucket_tagging(
        Bucket=naming.bucket("assets"), Tagging={"TagSet": tags}
    )
    parameters = account.client("ssm")
    parameters.delete_parameter(Name=naming.path("dns/zone"))
    parameters.put_parameter(
        Name=naming.path("application/password"),
        Value=NEW_SECRET,
        Type="SecureString",
        Overwrite=True,
    )


EXPECTED: Sequence[str] = [
    "security: aws_sns_topic.alarms was changed outside Terraform",
    '    display_name: "Alarms" → "Somebody\'s"',
    "storage: aws_s3_bucket.assets was changed outside Terraform",
    '    tags.Added: null → "by hand"',
    f'    tags.Keeper: "{TOPIC}" → "somebody"',
    "dns: aws_ssm_parameter.zone was deleted outside Terraform",
    "application: aws_ssm_parameter.password was changed outside Terraform",
    '    value: "(sensitive value)" → "(sensitive value)"',
    "    version: 1 → 2",
    "dev: drift: security, storage, dns, application",
    "To undo it: python -m automation deploy --env dev; to keep it: change the settings or the "
    "code, until a plan is empty",
]
APPLICATION: Any = {
    "environment": "dev",
    "verdict": "drift",
    "gone": [],
    "stacks": [
        {
            "name": "application",
            "verdict": "drift",
            "resources": [
                {
                    "address": "aws_ssm_parameter.password",
                    "type": "aws_ssm_parameter",
                    "deleted": False,
                    "changes": [
                        {
                            "attribute": "value",
                            "old": "(sensitive value)",
                            "new": "(sensitive value)",
                        },
                        {"attribute": "version", "old": 1, "new": 2},
                    ],
                }
            ],
            "problems": [],
        }
    ],
}


def states(account: Account) -> dict[str, str]:
    client, bucket = account.client("s3"), account.settings.naming.bucket("tfstate")
    return {each["Key"]: each["ETag"] for each in client.list_objects_v2(Bucket=bucket)["Contents"]}


def test_a_state_that_cannot_be_read_is_an_error_and_outweighs_drift(account: Account) -> None:
    account.deploy()
    tamper(account)
    key = "dev-349081/dns/terraform.tfstate"
    client, bucket = account.client("s3"), account.settings.naming.bucket("tfstate")
    state = json.load(client.get_object(Bucket=bucket, Key=key)["Body"])
    for resource in state["resources"]:
        resource["instances"][0]["schema_version"] = 99
    client.put_object(Bucket=bucket, Key=key, Body=json.dumps(state).encode())
    code, consoles = run(account, "security", "dns")
    assert code == 1, consoles.lines
    assert "dev: drift: security" in consoles.lines
    assert "dev: error: dns" in consoles.lines
