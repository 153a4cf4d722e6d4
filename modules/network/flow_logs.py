"""VPC flow logs in an encrypted log group."""

from typing import Literal

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.naming import Naming
from modules.log_group import LogGroup
from modules.policy import Statement, assume_role_policy, policy_document


class FlowLogs(Construct):
    """Records who talks to whom in a VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        vpc_id: str,
        retention_in_days: int,
        kms_key_arn: str,
        traffic_type: Literal["ALL", "ACCEPT", "REJECT"] = "ALL",
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = LogGroup(
            self,
            "logs",
            name=naming.path("network/flow-logs"),
            retention_in_days=retention_in_days,
            kms_key_arn=kms_key_arn,
        )
        FlowLog(
            self,
            "flow-log",
            vpc_id=vpc_id,
            traffic_type=traffic_type,
            log_destination=self.log_group.arn,
            log_destination_type="cloud-watch-logs",
            iam_role_arn=self._role(naming),
            max_aggregation_interval=60,
            tags={"Name": naming.name("flow-logs")},
        )

    def _role(self, naming: Naming) -> str:
        """A role that only the account's flow logs can assume, for this log group alone."""
        role = IamRole(
            self,
            "role",
            name=naming.name("flow-logs"),
            assume_role_policy=assume_role_policy(
                "vpc-flow-logs.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": naming.account_id},
                    "ArnLike": {"aws:SourceArn": naming.arn("ec2", "vpc-flow-log/*")},
                },
            ),
        )
        write = Statement(
            sid="WriteFlowLogs",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[f"{self.log_group.arn}:*"],
        )
        IamRolePolicy(
            self,
            "policy",
            name=naming.name("write-flow-logs"),
            role=role.name,
            policy=policy_document(write),
        )
        return role.arn
