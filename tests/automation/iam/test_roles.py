"""What the roles may that `bootstrap --github` makes, by their policies as they ship."""

import time
from typing import Any

import pytest

from automation.iam import Call, decide
from automation.iam.principals import Principal
from tests.automation.iam.calls import ACCOUNT, KEY, bootstrapped, boundary

POLICIES = {role: bootstrapped(role) for role in ("PlanRole", "DeployRole")}
BOUNDARIES = {"DeployRole": boundary()}
BOUNDED = {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/dev-shop-boundary"}
IAM = f"arn:aws:iam::{ACCOUNT}"
STATES = "arn:aws:s3:::dev-shop-tfstate"
DATABASE = f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:dev-shop"
HOME = {"aws:RequestedRegion": "eu-west-1"}
ABROAD = {"aws:RequestedRegion": "eu-north-1"}


def may(role: str, action: str, resource: str, keys: dict[str, Any]) -> bool:
    name = {"PlanRole": "dev-shop-plan", "DeployRole": "dev-shop-deploy"}[role]
    asked = Call(Principal.session(f"{IAM}:role/{name}", "ci"), action, resource, keys)
    return decide(asked, identity=POLICIES[role], boundary=BOUNDARIES.get(role)).allowed


@pytest.mark.parametrize(
    ("action", "resource", "keys", "allowed"),
    [
        ("rds:CreateDBInstance", DATABASE, HOME, True),
        ("rds:CreateDBInstance", DATABASE, ABROAD, False),
        ("rds:CreateDBInstance", DATABASE, {}, False),
        ("ec2:TerminateInstances", "*", HOME, False),
        ("iam:CreateRole", f"{IAM}:role/dev-shop-web", BOUNDED, True),
        ("iam:CreateRole", f"{IAM}:role/dev-shop-web", {}, False),
        ("iam:CreateRole", f"{IAM}:role/prod-shop-web", BOUNDED, False),
        ("iam:PutRolePolicy", f"{IAM}:role/dev-shop-web", BOUNDED, True),
        ("iam:PutRolePolicy", f"{IAM}:role/dev-shop-deploy", {}, False),
        ("iam:GetRole", f"{IAM}:role/dev-shop-deploy", {}, True),
        (
            "iam:PassRole",
            f"{IAM}:role/dev-shop-web",
            {"iam:PassedToService": "ec2.amazonaws.com"},
            True,
        ),
        (
            "iam:PassRole",
            f"{IAM}:role/dev-shop-web",
            {"iam:PassedToService": "lambda.amazonaws.com"},
            False,
        ),
        ("iam:PassRole", f"{IAM}:role/dev-shop-web", {}, False),
        ("s3:GetObject", f"{STATES}/dev-shop/network/terraform.tfstate", {}, True),
        ("s3:DeleteObjectVersion", f"{STATES}/dev-shop/network/terraform.tfstate", {}, False),
        ("kms:Decrypt", KEY, HOME, True),
        ("kms:ScheduleKeyDeletion", KEY, HOME, False),
    ],
)
def test_the_deploy_role(action: str, resource: str, keys: dict[str, Any], allowed: bool) -> None:
    assert may("DeployRole", action, resource, keys) is allowed


@pytest.mark.parametrize(
    ("action", "resource", "keys", "allowed"),
    [
        ("rds:DescribeDBInstances", DATABASE, {}, True),
        ("rds:ModifyDBInstance", DATABASE, HOME, False),
        ("s3:GetObject", f"{STATES}/dev-shop/network/terraform.tfstate", {}, True),
        ("s3:PutObject", f"{STATES}/dev-shop/network/terraform.tfstate", {}, False),
        ("wafv2:GetSampledRequests", "*", {}, False),
        (
            "kms:Decrypt",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/5678",
            {
                "kms:ResourceAliases": ["alias/dev-shop-data", "alias/other"],
                "kms:ViaService": "s3.eu-west-1.amazonaws.com",
            },
            True,
        ),
        (
            "kms:Decrypt",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/5678",
            {
                "kms:ResourceAliases": ["alias/other"],
                "kms:ViaService": "s3.eu-west-1.amazonaws.com",
            },
            False,
        ),
        (
            "kms:Decrypt",
            f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/5678",
            {"kms:ResourceAliases": ["alias/dev-shop-data"]},
            False,
        ),
    ],
)
def test_the_plan_role(action: str, resource: str, keys: dict[str, Any], allowed: bool) -> None:
    assert may("PlanRole", action, resource, keys) is allowed


def test_a_decision_takes_a_fraction_of_a_millisecond() -> None:
    """An account that is emulated decides about thousands of calls."""

    def rounds(number: int) -> float:
        began = time.perf_counter()
        for _ in range(number):
            may("DeployRole", "rds:CreateDBInstance", DATABASE, HOME)
        return (time.perf_counter() - began) / number

    fastest = min(rounds(50) for _ in range(10))
    print(f"{fastest * 1000:.3f} ms for a decision by the deploy role's policies")
    assert fastest < 0.0003
