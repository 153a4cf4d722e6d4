"""What the roles of `bootstrap --github` are denied, and by which statement."""

from typing import Any

import pytest

from automation.iam import Call, decide
from automation.iam.principals import Principal
from tests.automation.iam.calls import ACCOUNT, bootstrapped

POLICIES = {role: bootstrapped(role) for role in ("PlanRole", "DeployRole")}
NAMES = {"PlanRole": "dev-shop-plan", "DeployRole": "dev-shop-deploy"}
STATES = "arn:aws:s3:::dev-shop-tfstate"
STATE = f"{STATES}/dev-shop/network/terraform.tfstate"


def denying(role: str, action: str, resource: str, keys: dict[str, Any] | None = None) -> set[str]:
    """The statements that deny it; of what is denied for want of an Allow, none."""
    who = Principal.session(f"arn:aws:iam::{ACCOUNT}:role/{NAMES[role]}", "ci")
    decision = decide(
        Call(who, action, resource, keys or {}, owner=ACCOUNT), identity=POLICIES[role]
    )
    assert not decision.allowed, f"{role} may {action} on {resource}"
    return {each.statement.sid for each in decision.matches if not each.statement.allows}


@pytest.mark.parametrize(
    ("action", "resource", "statement"),
    [
        ("s3:DeleteObject", f"{STATE}.tflock", "DenyLocks"),
        ("s3:PutObject", f"{STATE}.tflock", "DenyLocks"),
        ("s3:PutObject", STATE, "DenyLocks"),
        ("s3:DeleteObjectVersion", STATE, "DenyLocks"),
        ("s3:GetObject", f"arn:aws:s3:::dev-shop-assets-{ACCOUNT}/uploads/a", "DenyData"),
        ("s3:GetObject", f"arn:aws:s3:::dev-shop-audit-{ACCOUNT}/AWSLogs/a", "DenyData"),
        ("s3:GetObject", f"{STATES}/prod-shop/network/terraform.tfstate", "DenyData"),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:rds!db-1-AbCdEf",
            "DenySecrets",
        ),
        (
            "secretsmanager:GetSecretValue",
            f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:prod-shop-origin-0-AbCdEf",
            "DenySecrets",
        ),
    ],
)
def test_a_pull_request(action: str, resource: str, statement: str) -> None:
    assert denying("PlanRole", action, resource) == {statement}
