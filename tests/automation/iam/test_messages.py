"""https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""

from typing import Any

import pytest

from automation.iam import ResourcePolicy, decide
from tests.automation.iam.calls import ACCOUNT, ANNA, USER, allow, call, deny

ELSEWHERE = allow(Action="ec2:*")
LISTED = f"User: {USER} is not authorized to perform: codecommit:ListRepositories "
DEPLOYMENTS = f"arn:aws:codedeploy:us-east-1:{ACCOUNT}:deploymentgroup:one"
DEPLOYING = call("codedeploy:ListDeployments", DEPLOYMENTS, ANNA)
DEPLOYED = (
    f"User: {USER} is not authorized to perform: codedeploy:ListDeployments "
    f"on resource: {DEPLOYMENTS} "
)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "no identity-based policy"),
        ({"identity": [allow()], "boundary": ELSEWHERE}, "no permissions boundary"),
        ({"identity": [allow()], "session": [ELSEWHERE]}, "no session policy"),
        ({"identity": [allow()], "endpoint": ELSEWHERE}, "no VPC endpoint policy"),
        ({"resource": ResourcePolicy.of_key(ELSEWHERE)}, "no resource-based policy"),
        ({"resource": ResourcePolicy.of_role(ELSEWHERE)}, "no role trust policy"),
    ],
)
def test_the_words_of_an_implicit_denial(given: dict[str, Any], why: str) -> None:
    expected = f"{LISTED}because {why} allows the codecommit:ListRepositories action"
    assert decide(call("codecommit:ListRepositories", "*", ANNA), **given).message == expected
    expected = f"{DEPLOYED}because {why} allows the codedeploy:ListDeployments action"
    assert (
        decide(call("codedeploy:ListDeployments", DEPLOYMENTS, ANNA), **given).message == expected
    )


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"identity": [deny()]}, "an identity-based policy"),
        ({"boundary": deny()}, "a permissions boundary"),
        ({"session": [deny()]}, "a session policy"),
        ({"endpoint": deny(Principal="*")}, "a VPC endpoint policy"),
        ({"resource": ResourcePolicy(deny(Principal="*"))}, "a resource-based policy"),
        ({"resource": ResourcePolicy.of_role(deny(Principal="*"))}, "the role trust policy"),
    ],
)
def test_the_words_of_an_explicit_denial(given: dict[str, Any], where: str) -> None:
    expected = f"{DEPLOYED}with an explicit deny in {where}"
    assert (
        decide(call("codedeploy:ListDeployments", DEPLOYMENTS, ANNA), **given).message == expected
    )


def test_what_is_allowed_has_no_denial() -> None:
    with pytest.raises(ValueError, match="no denial"):
        _ = decide(call(), identity=[allow()]).message
