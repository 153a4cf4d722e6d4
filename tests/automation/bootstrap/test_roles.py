from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from automation.bootstrap import account
from config import Settings
from tests.automation.bootstrap import runs

ISSUER = "token.actions.githubusercontent.com"
NOBODY = account.parse("none", branches=(), environments=(), default="dev")


def provider(session: boto3.Session) -> str:
    arn: str = session.client("iam").create_open_id_connect_provider(
        Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"]
    )["OpenIDConnectProviderArn"]
    return arn


@pytest.fixture(autouse=True)
def _without_provider(aws: boto3.Session) -> Iterator[None]:
    """An account has one for all environments, so that of other tests would be found."""
    yield
    iam = aws.client("iam")
    for each in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]:
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=each["Arn"])


def trust(session: boto3.Session, settings: Settings, role: str) -> dict[str, Any]:
    found: Any = session.client("iam").get_role(RoleName=settings.naming.name(role))["Role"]
    (statement,) = found["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    expected = f"arn:aws:iam::{settings.account_id}:oidc-provider/{ISSUER}"
    assert statement["Principal"] == {"Federated": expected}
    assert list(statement["Condition"]) == ["StringEquals"]
    condition: dict[str, Any] = statement["Condition"]["StringEquals"]
    assert condition[f"{ISSUER}:aud"] == "sts.amazonaws.com"
    return condition


def test_roles_trust_the_repository_alone(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings, github=runs.main_of("acme/shop", "main", "hotfix"))
    main = "repo:acme/shop:ref:refs/heads/main"
    hotfix = "repo:acme/shop:ref:refs/heads/hotfix"
    assert trust(aws, settings, "deploy")[f"{ISSUER}:sub"] == [main, hotfix]
    pull_request = "repo:acme/shop:pull_request"
    assert trust(aws, settings, "plan")[f"{ISSUER}:sub"] == [pull_request, main, hotfix]


def test_an_id_says_which_repository_is_meant(aws: boto3.Session, settings: Settings) -> None:
    known = account.parse(
        "acme/shop", branches=(), environments=("prod",), default="dev", ids="12/34"
    )
    runs.run(aws, settings, github=known)
    for role in ("plan", "deploy"):
        condition = trust(aws, settings, role)
        assert condition[f"{ISSUER}:repository_id"] == "34"
        subjects = {each.split(":")[1] for each in condition[f"{ISSUER}:sub"]}
        assert subjects == {"acme/shop", "acme@12/shop@34"}


def test_roles_stay_until_they_are_taken_away(aws: boto3.Session, settings: Settings) -> None:
    runs.run(aws, settings, github=runs.main_of())
    assert runs.run(aws, settings).action == "unchanged"
    outcome = runs.run(aws, settings, github=NOBODY)
    assert [(each.action, each.resource) for each in outcome.changes] == [
        ("Remove", "StateAccess"),
        ("Remove", "PlanRole"),
        ("Remove", "DeployRole"),
    ]
    iam = aws.client("iam")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=settings.naming.name("plan"))


def test_the_first_stack_makes_the_provider(aws: boto3.Session, settings: Settings) -> None:
    outcome = runs.run(aws, settings, github=runs.main_of())
    assert outcome.state is not None
    assert outcome.state.parameters["GitHubProvider"] == "own"
    assert runs.run(aws, settings, github=runs.main_of()).action == "unchanged"


def test_a_provider_that_is_there_is_used(aws: boto3.Session, settings: Settings) -> None:
    arn = provider(aws)
    outcome = runs.run(aws, settings, github=runs.main_of())
    assert outcome.state is not None
    assert outcome.state.parameters["GitHubProvider"] == "existing"
    assert trust(aws, settings, "plan")
    assert aws.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
