"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

import itertools
from typing import Any

import pytest

from automation.iam import Decision, PolicyType, ResourcePolicy, decide
from automation.iam.principals import Principal
from tests.automation.iam.calls import (
    ACCOUNT,
    ANNA,
    IN_ROLE,
    KEY,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    STRANGER,
    USER,
    allow,
    call,
    deny,
    policy,
    statement,
)

LOGS = Principal.service("logs.amazonaws.com", "logs.eu-west-1.amazonaws.com")
TOKENS = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
ELSEWHERE = allow(Action="ec2:*")


def granting(principal: Any, **elements: Any) -> ResourcePolicy:
    return ResourcePolicy(allow(Principal=principal, **elements))


def reason(decision: Decision) -> tuple[PolicyType | None, bool] | None:
    """Why a call is denied; None when it is not."""
    return None if decision.allowed else (decision.by, decision.explicit)


def test_nothing_is_allowed_by_itself() -> None:
    assert reason(decide(call())) == (PolicyType.IDENTITY, False)


def test_an_identity_policy_allows() -> None:
    decision = decide(call(), identity=[ELSEWHERE, allow(Action="s3:Get*")])
    assert (decision.allowed, decision.by) == (True, PolicyType.IDENTITY)
    (match,) = decision.matches
    assert match.statement.actions.matching(decision.call.action) == ("s3:Get*",)


@pytest.mark.parametrize("type_", PolicyType)
def test_a_deny_of_any_policy_is_final(type_: PolicyType) -> None:
    given: dict[str, Any] = {
        "identity": [allow()],
        "boundary": allow(),
        "session": [allow()],
        "resource": ResourcePolicy(allow(Principal="*")),
        "endpoint": allow(Principal="*"),
    }
    assert decide(call(), **given).allowed
    forbidding: dict[PolicyType, dict[str, Any]] = {
        PolicyType.IDENTITY: {"identity": [allow(), deny()]},
        PolicyType.BOUNDARY: {"boundary": policy(statement(), statement("Deny"))},
        PolicyType.SESSION: {"session": [allow(), deny()]},
        PolicyType.RESOURCE: {"resource": ResourcePolicy(deny(Principal="*"))},
        PolicyType.TRUST: {"resource": ResourcePolicy.of_role(deny(Principal="*"))},
        PolicyType.ENDPOINT: {"endpoint": deny(Principal="*")},
    }
    assert reason(decide(call(), **{**given, **forbidding[type_]})) == (type_, True)


CARLOS = Principal.user(f"arn:aws:iam::{ACCOUNT}:user/carlossalazar")
OWN = ["arn:aws:s3:::carlossalazar/*", "arn:aws:s3:::carlossalazar"]
CARLOS_MAY = policy(
    statement(Action=["s3:GetBucketLocation", "s3:ListAllMyBuckets"], Resource="arn:aws:s3:::*"),
    statement(Action="s3:*", Resource=OWN),
    statement("Deny", Action="s3:*", Resource="arn:aws:s3:::*log*"),
)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("arn:aws:s3:::carlossalazar-logs/file", (PolicyType.IDENTITY, True)),
        ("arn:aws:s3:::carlossalazar/file", None),
        ("arn:aws:s3:::others/file", (PolicyType.IDENTITY, False)),
    ],
)
def test_the_example_of_identity_and_resource_policies(
    resource: str, expected: tuple[PolicyType, bool] | None
) -> None:
    """.../reference_policies_evaluation-logic_policy-eval-basics.html"""
    bucket = granting({"AWS": CARLOS.name}, Action="s3:*", Resource=OWN)
    asked = call("s3:PutObject", resource, CARLOS)
    assert reason(decide(asked, identity=[CARLOS_MAY], resource=bucket)) == expected


# The table of .../reference_policies_evaluation-logic_policy-eval-denyallow.html: how a resource's
# policy names who asks, and which of the other policies' implicit denies count then.
@pytest.mark.parametrize(
    ("who", "named", "counting"),
    [
        (ANNA, USER, ""),
        (IN_ROLE, SESSION, ""),
        (IN_ROLE, "*", ""),
        (IN_ROLE, ROLE, "boundary session"),
        (IN_ROLE, ACCOUNT, "identity boundary session"),
        (IN_ROLE, ROOT, "identity boundary session"),
        (ANNA, ROOT, "identity boundary session"),
        (IN_ROLE, f"arn:aws:iam::{ACCOUNT}:role/deploy", "identity boundary session nowhere"),
        (ANNA, OTHER, "identity boundary session nowhere"),
    ],
)
@pytest.mark.parametrize("mandatory", [False, True])
def test_what_a_resource_policy_grants(
    who: Principal, named: str, counting: str, mandatory: bool
) -> None:
    document = allow(Principal={"AWS": named})
    resource = ResourcePolicy(document, must_allow=mandatory)
    for silent in itertools.product([False, True], repeat=3):
        kinds = dict(zip(("identity", "boundary", "session"), silent, strict=True))
        found = {kind: ELSEWHERE if quiet else allow() for kind, quiet in kinds.items()}
        decision = decide(
            call(who=who),
            identity=[found["identity"]],
            boundary=found["boundary"],
            session=[found["session"]],
            resource=resource,
        )
        denied = {kind for kind, quiet in kinds.items() if quiet} & set(counting.split())
        assert decision.allowed is not bool(denied or (mandatory and "nowhere" in counting))


def test_limits_grant_nothing() -> None:
    asked = call()
    assert not decide(asked, boundary=allow(), session=[allow()]).allowed
    assert reason(decide(asked, identity=[allow()], boundary=ELSEWHERE)) == (
        PolicyType.BOUNDARY,
        False,
    )
    assert reason(decide(asked, identity=[allow()], session=[ELSEWHERE])) == (
        PolicyType.SESSION,
        False,
    )
    assert decide(asked, identity=[allow()], session=[ELSEWHERE, allow()]).allowed


def test_an_endpoint_policy_limits_everybody() -> None:
    """https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"""
    narrow = allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNT}})
    assert decide(call(), identity=[allow()], endpoint=narrow).allowed
    open_to_all = granting("*")
    assert reason(decide(call(who=STRANGER), resource=open_to_all, endpoint=narrow)) == (
        PolicyType.ENDPOINT,
        False,
    )


@pytest.mark.parametrize("named", [STRANGER.name, OTHER, f"arn:aws:iam::{OTHER}:root", "*"])
def test_across_accounts_both_have_to_allow(named: str) -> None:
    """.../reference_policies_evaluation-logic-cross-account.html"""
    asked, bucket = call(who=STRANGER), granting({"AWS": named})
    assert decide(asked, identity=[allow()], resource=bucket).allowed
    assert reason(decide(asked, resource=bucket)) == (PolicyType.IDENTITY, False)
    assert reason(decide(asked, identity=[allow()])) == (PolicyType.RESOURCE, False)
    limited = decide(asked, identity=[allow()], boundary=ELSEWHERE, resource=bucket)
    assert reason(limited) == (PolicyType.BOUNDARY, False)


def test_the_owner_is_taken_from_the_resource() -> None:
    # What follows the account may have colons, too.
    asked = call("sns:Publish", f"arn:aws:sns:eu-west-1:{OTHER}:alarms:1", owner="")
    assert asked.account == OTHER
    assert not decide(asked, identity=[allow()]).allowed
    assert call(owner="").account == ACCOUNT
    assert decide(call(owner=""), identity=[allow()]).allowed


def test_a_key_policy_decides_whether_identity_policies_count() -> None:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"""
    asked = call("kms:Decrypt", KEY)
    identity = [allow(Action="kms:*")]

    def key(principal: Any) -> ResourcePolicy:
        return ResourcePolicy.of_key(allow(Action="kms:*", Principal=principal))

    assert decide(asked, identity=identity, resource=key({"AWS": ROOT})).allowed
    for silent in (key({"AWS": USER}), key({"Service": "logs.amazonaws.com"})):
        denied = decide(asked, identity=identity, resource=silent)
        assert reason(denied) == (PolicyType.RESOURCE, False)
    assert reason(decide(asked, resource=key({"AWS": ROOT}))) == (PolicyType.IDENTITY, False)
    assert decide(asked, resource=key({"AWS": ROLE})).allowed
    root = call("kms:Decrypt", KEY, Principal.user(ROOT))
    assert decide(root, resource=key({"AWS": ACCOUNT})).allowed
    assert not decide(root, resource=key({"AWS": USER})).allowed


def test_a_trust_policy_decides_who_assumes_a_role() -> None:
    trusted = ResourcePolicy.of_role(
        allow(Action="sts:AssumeRole", Resource=None, Principal={"Service": "ec2.amazonaws.com"})
    )
    ec2 = Principal.service("ec2.amazonaws.com")
    assert decide(call("sts:AssumeRole", ROLE, ec2), resource=trusted).allowed
    denied = decide(call("sts:AssumeRole", ROLE, ANNA), identity=[allow()], resource=trusted)
    assert reason(denied) == (PolicyType.TRUST, False)


def test_a_token_is_trusted_for_its_claims() -> None:
    issuer = "token.actions.githubusercontent.com"
    trusted = ResourcePolicy.of_role(
        allow(
            Action="sts:AssumeRoleWithWebIdentity",
            Resource=None,
            Principal={"Federated": TOKENS},
            Condition={"StringEquals": {f"{issuer}:sub": "repo:acme/shop:pull_request"}},
        )
    )

    def assuming(provider: str, subject: str) -> Decision:
        who = Principal.federated(provider)
        keys = {f"{issuer}:sub": subject}
        asked = call("sts:AssumeRoleWithWebIdentity", ROLE, who, keys=keys)
        return decide(asked, identity=[allow()], resource=trusted)

    assert assuming(TOKENS, "repo:acme/shop:pull_request").allowed
    assert not assuming(TOKENS, "repo:acme/other:pull_request").allowed
    assert not assuming(f"{TOKENS}.net", "repo:acme/shop:pull_request").allowed
