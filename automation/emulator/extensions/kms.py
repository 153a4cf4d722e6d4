"""KMS: a key that waits for its deletion serves nobody; moto lets it.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.kms.models import kms_backends
from moto.kms.responses import KmsResponse

from automation.emulator.extensions.double import Refused, absent_principals

# What the table of that page marks with "KMSInvalidStateException" for a pending deletion.
_REFUSED = frozenset(
    {
        "CreateAlias",
        "CreateGrant",
        "Decrypt",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GenerateMac",
        "ReEncrypt",
        "RotateKeyOnDemand",
        "ScheduleKeyDeletion",
        "Sign",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
        "Verify",
        "VerifyMac",
    }
)
_ID_LENGTH = 36


class Kms(KmsResponse):
    """Keys with a state that counts."""

    def call_action(self) -> Any:
        """Refuse what a pending deletion rules out."""
        key = self._key() if self._get_action() in _REFUSED else None
        if key and pending(key, self.current_account, self.region):
            arn = self.kms_backend.describe_key(self.kms_backend.any_id_to_key_id(key)).arn
            error = Refused("KMSInvalidStateException", f"{arn} is pending deletion.")
            return self.serialized(ActionResult(error))
        return super().call_action()

    def create_key(self) -> str:
        """With a policy about principals that are there."""
        self._check_principals()
        return super().create_key()

    def put_key_policy(self) -> str:
        """About principals that are there.

        https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
        """
        self._check_principals()
        return super().put_key_policy()

    def _check_principals(self) -> None:
        if absent_principals(self._get_param("Policy"), self.current_account):
            message = "Policy contains a statement with one or more invalid principals."
            raise Refused("MalformedPolicyDocumentException", message)

    def _key(self) -> str | None:
        """The key that a call is about; a ciphertext begins with its own."""
        for name in ("KeyId", "TargetKeyId", "SourceKeyId"):
            if self._get_param(name):
                return str(self._get_param(name))
        ciphertext = self._get_param("CiphertextBlob")
        if not ciphertext:
            return None
        return str(ciphertext[:_ID_LENGTH], "ascii", errors="replace")


def pending(key: str | None, account: str, region: str) -> bool:
    """Whether a key, by whichever of its names, waits for its deletion."""
    backend = kms_backends[account][region]
    found = backend.keys.get(backend.any_id_to_key_id(key)) if key else None
    return found is not None and found.key_state == "PendingDeletion"
