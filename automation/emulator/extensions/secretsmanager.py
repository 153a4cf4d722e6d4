"""Secrets Manager: the version that a rotation makes the current one.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
"""

from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend


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
