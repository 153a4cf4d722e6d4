import pytest
from cdktf import TerraformOutput, TerraformStack

from automation.iam import Call, ResourcePolicy, decide
from automation.iam.policies import Policy
from automation.iam.principals import Principal
from config import Naming
from modules.application.origin_secret import OriginSecret
from modules.generated_secret import read_only_by
from modules.policy import Statement, policy_document
from tests.synthesized import Resource, Synthesized, synthesize

IAM = "arn:aws:iam::123456789012"
READ = "secretsmanager:GetSecretValue"
SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod-349081-origin-odd-a1B2c3"
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
        TerraformOutput(stack, "sent", value=[secret.secret_arn, secret.version_id])
        TerraformOutput(stack, "accepted", value=secret.accepted_values, sensitive=True)

    return synthesize(build)


def versions(stack: Synthesized) -> dict[str, Resource]:
    stored = stack.resources("aws_secretsmanager_secret_version").items()
    return {"odd" if "odd" in id_ else "even": version for id_, version in stored}


def test_aws_makes_the_value_and_no_file_holds_it(naming: Naming) -> None:
    stack = origin_secret(naming)
    for value in stack.parsed["ephemeral"]["aws_secretsmanager_random_password"].values():
        assert value == {"password_length": 48, "exclude_punctuation": True}
    for version in versions(stack).values():
        assert version["secret_string_wo"].startswith("${ephemeral.")
        assert "secret_string" not in version


def test_secrets_are_encrypted_named_and_recoverable(naming: Naming) -> None:
    stack = origin_secret(naming)
    for parity in ("odd", "even"):
        assert stack.has(
            "aws_secretsmanager_secret",
            name=f"prod-349081-origin-{parity}",
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
    assert len(policies) == 2
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


@pytest.mark.parametrize("version", [1, 2, 3, 4])
def test_a_new_version_rewrites_the_secret_that_is_not_in_use(naming: Naming, version: int) -> None:
    before, after = (versions(origin_secret(naming, each)) for each in (version, version + 1))
    rewritten = {parity for parity in before if before[parity] != after[parity]}
    assert rewritten == {"even" if version % 2 else "odd"}


@pytest.mark.parametrize(("version", "parity"), [(1, "odd"), (2, "even"), (3, "odd")])
def test_the_newest_value_is_sent_and_the_one_before_it_accepted_too(
    naming: Naming, version: int, parity: str
) -> None:
    outputs = origin_secret(naming, version).parsed["output"]
    assert all(f"origin-{parity}" in each for each in outputs["sent"]["value"])
    odd, even = outputs["accepted"]["value"]
    assert "stored-odd" in odd
    assert "stored-even" in even
