"""The role with which RDS reports operating system metrics."""

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from constructs import Construct

from config.naming import Naming
from modules.policy import assume_role_policy


class MonitoringRole(Construct):
    """Trusted only for the account's own instances.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """

    def __init__(self, scope: Construct, id_: str, *, naming: Naming) -> None:
        super().__init__(scope, id_)
        role = IamRole(
            self,
            "role",
            name=naming.name("database-monitoring"),
            permissions_boundary=naming.boundary,
            assume_role_policy=assume_role_policy(
                "monitoring.rds.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": naming.account_id},
                    "ArnLike": {"aws:SourceArn": naming.arn("rds", f"db:{naming.prefix}-*")},
                },
            ),
        )
        IamRolePolicyAttachment(
            self,
            "enhanced-monitoring",
            role=role.name,
            policy_arn="arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
        )
        self.arn: str = role.arn
