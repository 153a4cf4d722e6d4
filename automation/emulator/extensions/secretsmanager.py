"""Secrets Manager: names that are not free yet, and the version that a rotation makes current.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse

from automation.emulator.extensions.double import Refused
from automation.emulator.extensions.kms import pending

_SCHEDULED = "a secret with this name is already scheduled for deletion."
_MARKED = "You can't perform this operation on the secret because it was marked for deletion."
_NO_KEY = "Secrets Manager can't encrypt the protected secret text using the provided KMS key."


class SecretsManager(SecretsManagerResponse):
    """Secrets that are deleted in two steps."""

    def create_secret(self) -> str:
        """A name is free again when the recovery window is over.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
        """
        if self._is_deleted(self._get_param("Name")):
            raise Refused(
                "InvalidRequestException", f"You can't create this secret because {_SCHEDULED}"
            )
        # Message form not confirmed: it is the one of the API's reference.
        if pending(self._get_param("KmsKeyId"), self.current_account, self.region):
            raise Refused("EncryptionFailure", _NO_KEY)
        return super().create_secret()

    def put_secret_value(self) -> str:
        """Not into a secret that is being deleted.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
        """
        if self._is_deleted(self._get_param("SecretId")):
            raise Refused("InvalidRequestException", _MARKED)
        return super().put_secret_value()

    def get_secret_value(self) -> str:
        """Not from a secret that is being deleted.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
        """
        if self._is_deleted(self._get_param("SecretId")):
            raise Refused("InvalidRequestException", _MARKED)
        return super().get_secret_value()

    def _is_deleted(self, id_: str) -> bool:
        return id_ in self.backend.secrets and self.backend.secrets[id_].is_deleted()


def install() -> None:
    """Remember which version is current after AWSCURRENT was moved to another."""
    update = SecretsManagerBackend.update_secret_version_stage

    def update_and_remember(
        self: SecretsManagerBackend, secret_id: str, version_stage: str, *others: Any, **named: Any
    ) -> tuple[str, str]:
        answer = update(self, secret_id, version_stage, *others, **named)
        secret = self.secrets[secret_id]
        for version_id, version in secret.versions.items():
            if isinstance(secret, FakeSecret) and "AWSCURRENT" in version["version_stages"]:
                secret.default_version_id = version_id
        return answer

    SecretsManagerBackend.update_secret_version_stage = update_and_remember  # type: ignore[method-assign]
