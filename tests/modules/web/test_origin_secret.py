import pytest
from cdktf import TerraformOutput, TerraformStack

from automation.iam import Call, ResourcePolicy, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from config import Naming
from modules.generated_secret import read_only_by
from modules.policy import Statement, policy_document
from modules.web.origin_secret import OriginSecret
from tests.synthesized import Synthesized, synthesize

IAM = "arn:aws:iam::123456789012"
READ = "secretsmanager:GetSecretValue"
SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod-349081-origin-1-a1B2c3"
KEY = "arn:aws:kms:us-west-2:123456789012:key/data"


def origin_secret(naming: Naming, version: int = 1, *, recoverable: bool = True) -> Synthesized:
    def build(stack: TerraformStack) -> None:
        secret = OriginSecret(
            stack,
            "origin-secret",
            naming=naming,
            kms_key_arn=KEY,
            readers=("user/admin", "role/teams/*"),
            version=version,
            recoverable=recoverable,
        )
        TerraformOutput(stack, "sent", value=secret.sent.id)
        TerraformOutput(stack, "accepted", value=[each.id for each in secret.accepted])

    return synthesize(build)


def values(stack: Synthesized) -> dict[str, int]:
    """The version of its own that each secret has."""
    stored = stack.resources("aws_secretsmanager_secret_version").values()
    return {
        each["secret_id"].partition("_secret_")[0]: each["secret_string_wo_version"]
        for each in stored
    }


def sent(stack: Synthesized) -> tuple[str, int]:
    """The value that CloudFront sends: its secret, and the secret's own version."""
    id_ = stack.parsed["output"]["sent"]["value"]
    (found,) = ((name, version) for name, version in values(stack).items() if name.endswith(id_))
    return found


def test_aws_makes_the_values_and_no_file_holds_one(naming: Naming) -> None:
    stack = origin_secret(naming)
    for value in stack.parsed["ephemeral"]["aws_secretsmanager_random_password"].values():
        assert value == {"password_length": 48, "exclude_punctuation": True}
    stored = stack.resources("aws_secretsmanager_secret_version").values()
    assert len(stored) == 3
    for version in stored:
        assert version["secret_string_wo"].startswith("${ephemeral.")
        assert "secret_string" not in version


def test_secrets_are_encrypted_named_and_recoverable(naming: Naming) -> None:
    stack = origin_secret(naming)
    for number in range(3):
        assert stack.has(
            "aws_secretsmanager_secret",
            name=f"prod-349081-origin-{number}",
            kms_key_id=KEY,
            recovery_window_in_days=30,
        )


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        (Principal.user(f"{IAM}:root"), True),
        (Principal.user(f"{IAM}:user/admin"), True),
        (Principal.user(f"{IAM}:user/other"), False),
        (Principal.session(f"{IAM}:role/teams/platform", "it"), True),
        (Principal.session(f"{IAM}:role/other", "it"), False),
        (Principal.session(f"{IAM}:role/prod-349081-plan", "it"), True),
        (Principal.session(f"{IAM}:role/prod-349081-deploy", "it"), True),
        (Principal.session(f"{IAM}:role/prod-349081-application", "it"), False),
    ],
)
def test_only_who_is_named_reads_it_whatever_iam_says(
    naming: Naming, who: Principal, reads: bool
) -> None:
    everything = Policy.parse(policy_document(Statement(sid="All", actions=["*"], resources=["*"])))
    policies = origin_secret(naming).resources("aws_secretsmanager_secret_policy")
    assert len(policies) == 3
    for each in policies.values():
        asked = Call(who, READ, SECRET)
        own = ResourcePolicy(Policy.parse(each["policy"]))
        assert decide(asked, identity=[everything], resource=own).allowed is reads


def test_the_platform_s_other_roles_do_not_read_it_even_where_all_roles_may(
    naming: Naming,
) -> None:
    policy = ResourcePolicy(Policy.parse(read_only_by(naming, ["role/*"], roles=["plan"])))
    everything = Policy.parse(policy_document(Statement(sid="All", actions=["*"], resources=["*"])))
    reading = {
        role: decide(
            Call(Principal.session(f"{IAM}:role/{role}", "it"), READ, SECRET),
            identity=[everything],
            resource=policy,
        ).allowed
        for role in ("admin", "prod-349081-plan", "prod-349081-application")
    }
    assert reading == {"admin": True, "prod-349081-plan": True, "prod-349081-application": False}


def test_disposable_secrets_go_at_once(naming: Naming) -> None:
    stack = origin_secret(naming, recoverable=False)
    for secret in stack.resources("aws_secretsmanager_secret").values():
        assert secret["recovery_window_in_days"] == 0


def test_every_value_is_accepted(naming: Naming) -> None:
    accepted = origin_secret(naming).parsed["output"]["accepted"]["value"]
    assert accepted == ["origin-0", "origin-1", "origin-2"]


@pytest.mark.parametrize("version", range(1, 8))
def test_whichever_of_cloudfront_and_the_load_balancer_is_changed_first(
    naming: Naming, version: int
) -> None:
    before, after = (origin_secret(naming, each) for each in (version, version + 1))
    assert sent(before) != sent(after)
    # CloudFront is first: what it sends now was accepted before; or the load balancer is.
    assert sent(after) in values(before).items()
    assert sent(before) in values(after).items()


@pytest.mark.parametrize("version", range(1, 8))
def test_a_value_is_shut_out_once_the_version_was_raised_twice(
    naming: Naming, version: int
) -> None:
    old = sent(origin_secret(naming, version))
    assert old not in values(origin_secret(naming, version + 2)).items()
