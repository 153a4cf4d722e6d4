"""A secret that AWS makes up, and that neither files nor plans ever show."""

from collections.abc import Sequence

from cdktf import Fn, Op, TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_policy import SecretsmanagerSecretPolicy
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from config.naming import Naming
from modules.policy import Conditions, Statement, policy_document

RECOVERY_DAYS = 30


class GeneratedSecret(Construct):
    """A random value, written to Secrets Manager once for each `version` and stable in between.

    With `username` the secret holds JSON with `username` and `password`, as RDS has it.
    An ephemeral resource makes the value and a write-only argument stores it, so that it is in
    neither the plan nor the state. `policy` says who reads it, as `read_only_by` makes it.
    https://developer.hashicorp.com/terraform/language/resources/ephemeral
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        kms_key_arn: str,
        length: int,
        policy: str,
        version: int = 1,
        username: str | None = None,
        recoverable: bool = True,
    ) -> None:
        super().__init__(scope, id_)
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=name,
            description=description,
            kms_key_id=kms_key_arn,
            recovery_window_in_days=RECOVERY_DAYS if recoverable else 0,
        )
        SecretsmanagerSecretPolicy(self, "policy", secret_arn=secret.arn, policy=policy)
        value = f"ephemeral.aws_secretsmanager_random_password.{self._random(length)}"
        stored = SecretsmanagerSecretVersion(
            self,
            "version",
            secret_id=secret.id,
            secret_string_wo=_secret_string(f"{value}.random_password", username),
            secret_string_wo_version=version,
        )
        self.arn: str = secret.arn
        self.version_id: str = stored.version_id
        self._version = stored

    def _random(self, length: int) -> str:
        """Add an ephemeral block, for which CDKTF has no construct; returns its name."""
        name = f"{self.node.id}_value"
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_random_password.{name}",
            {"password_length": length, "exclude_punctuation": True},
        )
        return name

    def read_password(self) -> str:
        """An ephemeral reference to the stored password, for write-only arguments alone.

        It is read back rather than made up again, so that a run which failed half-way leaves no
        second password behind. What names it is told the time, which only an apply knows: a plan
        leaves it unread, whoever plans.
        https://developer.hashicorp.com/terraform/language/block/ephemeral
        """
        name = f"{self.node.id}_stored"
        version_id = Fn.conditional(Op.neq(Fn.timestamp(), "never"), self.version_id, "never")
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_secret_version.{name}",
            {"secret_id": self._version.secret_id, "version_id": version_id},
        )
        stored = f"ephemeral.aws_secretsmanager_secret_version.{name}.secret_string"
        return f"${{jsondecode({stored}).password}}"


def _secret_string(value: str, username: str | None) -> str:
    if username is None:
        return f"${{{value}}}"
    return f'${{jsonencode({{"username" = "{username}", "password" = {value}}})}}'


def read_only_by(naming: Naming, readers: Sequence[str], *, roles: Sequence[str]) -> str:
    """A policy that lets nobody else read, whomever IAM would let.

    `readers` are names of IAM's with wildcards, `roles` the purposes of those of the platform's own
    roles that may. The root user may, too: somebody has to, once all others are shut out.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_resource-policies.html
    """
    own = [_iam(naming, f"role/{naming.name(each)}") for each in roles]
    others = [naming.account_root, *own, *(_iam(naming, each) for each in readers)]
    platform: Conditions = {
        "ArnLike": {"aws:PrincipalArn": _iam(naming, f"role/{naming.prefix}-*")},
        "ArnNotLike": {"aws:PrincipalArn": own},
    }
    return policy_document(
        _deny("DenyOtherReaders", {"ArnNotLike": {"aws:PrincipalArn": others}}),
        _deny("DenyOtherRolesOfThePlatform", platform),
    )


def _deny(sid: str, conditions: Conditions) -> Statement:
    return Statement(
        sid=sid,
        effect="Deny",
        principals={"AWS": "*"},
        actions=["secretsmanager:GetSecretValue"],
        resources=["*"],
        conditions=conditions,
    )


def _iam(naming: Naming, resource: str) -> str:
    return naming.arn("iam", resource, region="")
