"""What every tier's stack has in common."""

from cdktf import S3Backend, TerraformProvider, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from config import Settings
from modules.monitoring.alarm import Alarm

REQUIRED_VERSION = ">= 1.11.0"
# A range, so that the frozen bindings do not freeze the provider's security fixes
# (docs/adr/0003-provider-range.md).
PROVIDER_VERSION = ">= 5.100.0, < 7.0.0"
GLOBAL_REGION = "us-east-1"


class TierStack(TerraformStack):
    """A tier: its provider, its state in S3 and the names of its environment.

    `alarms` is what monitoring shall watch of it, beside what it watches of its own accord.
    """

    def __init__(self, scope: Construct, tier: str, *, settings: Settings) -> None:
        super().__init__(scope, tier)
        # CDKTN would else take it that every older Terraform and OpenTofu has to do.
        self.node.set_context("targetVersions", {"terraform": REQUIRED_VERSION})
        self.settings = settings
        self.naming = settings.naming
        self.tags = {**self.naming.tags, "Stack": tier}
        self.alarms: list[Alarm] = []
        self._tier = tier
        self._provider("aws", region=settings.region)
        self._state()
        self.add_override("terraform.required_version", REQUIRED_VERSION)
        self.add_override("terraform.required_providers.aws.version", PROVIDER_VERSION)

    def _provider(self, id_: str, *, region: str, alias: str | None = None) -> AwsProvider:
        return AwsProvider(
            self,
            id_,
            region=region,
            alias=alias,
            allowed_account_ids=[self.settings.account_id],
            default_tags=[AwsProviderDefaultTags(tags=self.tags)],
        )

    def global_provider(self) -> TerraformProvider:
        """The provider for what AWS keeps in us-east-1, whatever the environment's region."""
        return self._provider("aws-global", region=GLOBAL_REGION, alias="global")

    def copies_provider(self, region: str) -> TerraformProvider:
        """The provider for copies of backups, in the region that settings name."""
        return self._provider("aws-copies", region=region, alias="copies")

    def _state(self) -> None:
        """Keep the state in the bucket that the bootstrap stack owns.

        The key is named, since `encrypt` alone would ask for SSE-S3 and override the bucket's
        default; the lock is S3's own, for which the bindings have no argument.
        https://developer.hashicorp.com/terraform/language/backend/s3
        """
        S3Backend(
            self,
            bucket=self.naming.bucket("tfstate"),
            key=f"{self.naming.prefix}/{self._tier}/terraform.tfstate",
            region=self.settings.region,
            encrypt=True,
            kms_key_id=self.naming.arn("kms", f"alias/{self.naming.name('tfstate')}"),
        )
        self.add_override("terraform.backend.s3.use_lockfile", True)
        self.add_override("terraform.backend.s3.allowed_account_ids", [self.settings.account_id])
