"""A secret that AWS makes up, and that neither files nor plans ever show."""

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

RECOVERY_DAYS = 30


class GeneratedSecret(Construct):
    """A random value, written to Secrets Manager once for each `version` and stable in between.

    With `username` the secret holds JSON with `username` and `password`, as RDS has it.
    An ephemeral resource makes the value and a write-only argument stores it, so that it is in
    neither the plan nor the state.
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
        second password behind.
        """
        name = f"{self.node.id}_stored"
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_secret_version.{name}",
            {"secret_id": self._version.secret_id, "version_id": self.version_id},
        )
        stored = f"ephemeral.aws_secretsmanager_secret_version.{name}.secret_string"
        return f"${{jsondecode({stored}).password}}"


def _secret_string(value: str, username: str | None) -> str:
    if username is None:
        return f"${{{value}}}"
    return f'${{jsonencode({{"username" = "{username}", "password" = {value}}})}}'
