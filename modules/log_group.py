"""An encrypted CloudWatch log group with retention."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct


class LogGroup(Construct):
    """A log group that encrypts what it holds and forgets it after `retention_in_days`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        retention_in_days: int,
        kms_key_arn: str,
        provider: TerraformProvider | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.resource = CloudwatchLogGroup(
            self,
            "log-group",
            name=name,
            retention_in_days=retention_in_days,
            kms_key_id=kms_key_arn,
            provider=provider,
        )
        self.name: str = self.resource.name
        self.arn: str = self.resource.arn
