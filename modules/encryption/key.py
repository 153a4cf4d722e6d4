"""A customer-managed KMS key with its alias."""

from collections.abc import Sequence

from cdktf import TerraformProvider, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from config.naming import Naming
from modules.policy import Statement, policy_document


class EncryptionKey(Construct):
    """A KMS key for one purpose: rotated yearly, administered through IAM, used by who is named.

    One that is `kept` is never destroyed by Terraform: something outlives the environment that is
    unreadable without it. `destroy` gives it up, and says so.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        purpose: str,
        description: str,
        grants: Sequence[Statement] = (),
        kept: bool = False,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        key = KmsKey(
            self,
            "key",
            description=description,
            enable_key_rotation=True,
            deletion_window_in_days=30,
            policy=policy_document(_administration(naming), *grants),
            tags={"Name": naming.name(purpose)},
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True) if kept else None,
            provider=provider,
        )
        KmsAlias(
            self,
            "alias",
            name=f"alias/{naming.name(purpose)}",
            target_key_id=key.key_id,
            provider=provider,
        )
        self.arn: str = key.arn


def _administration(naming: Naming) -> Statement:
    """Leave it to IAM policies of the account who may administer and use the key."""
    return Statement(
        sid="AdministerThroughIam",
        actions=["kms:*"],
        resources=["*"],
        principals={"AWS": naming.account_root},
    )
