"""Log groups for what RDS exports."""

from collections.abc import Sequence

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.log_group import LogGroup


class ExportedLogs(Construct):
    """Made before the instance, since RDS would make them without retention and key.

    For the same reason one goes after RDS has ceased to write to it.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        identifier: str,
        logs: Sequence[str],
        retention_in_days: int,
        kms_key_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self.log_groups: Sequence[CloudwatchLogGroup] = [
            _last_to_go(
                LogGroup(
                    self,
                    log,
                    name=f"/aws/rds/instance/{identifier}/{log}",
                    retention_in_days=retention_in_days,
                    kms_key_arn=kms_key_arn,
                ).resource
            )
            for log in logs
        ]


def _last_to_go(group: CloudwatchLogGroup) -> CloudwatchLogGroup:
    group.lifecycle = TerraformResourceLifecycle(create_before_destroy=True)
    return group
