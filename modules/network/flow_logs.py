"""VPC flow logs, in a bucket or in an encrypted log group."""

from dataclasses import dataclass
from typing import Any, Literal

from cdktf_cdktf_provider_aws.flow_log import FlowLog, FlowLogDestinationOptions
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.naming import Naming
from modules.log_group import LogGroup
from modules.policy import Statement, assume_role_policy, policy_document
from modules.storage.bucket_policy import FLOW_LOGS


@dataclass(frozen=True)
class ToBucket:
    """Flow logs as Parquet, in a folder of a bucket for each hour.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
    """

    name: str


@dataclass(frozen=True)
class ToLogGroup:
    """Flow logs as text, in a log group that is made for them."""

    retention_in_days: int
    kms_key_arn: str


class FlowLogs(Construct):
    """Records who talks to whom in a VPC."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        vpc_id: str,
        to: ToBucket | ToLogGroup,
        traffic_type: Literal["ALL", "ACCEPT", "REJECT"] = "ALL",
    ) -> None:
        super().__init__(scope, id_)
        destination = _in_bucket(to) if isinstance(to, ToBucket) else self._in_log_group(naming, to)
        FlowLog(
            self,
            "flow-log",
            vpc_id=vpc_id,
            traffic_type=traffic_type,
            max_aggregation_interval=60,
            tags={"Name": naming.name("flow-logs")},
            **destination,
        )

    def _in_log_group(self, naming: Naming, to: ToLogGroup) -> dict[str, Any]:
        group = LogGroup(
            self,
            "logs",
            name=naming.path("network/flow-logs"),
            retention_in_days=to.retention_in_days,
            kms_key_arn=to.kms_key_arn,
        )
        return {
            "log_destination": group.arn,
            "log_destination_type": "cloud-watch-logs",
            "iam_role_arn": self._role(naming, group),
        }

    def _role(self, naming: Naming, group: LogGroup) -> str:
        """A role that only the account's flow logs can assume, for this log group alone.

        https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
        """
        role = IamRole(
            self,
            "role",
            name=naming.name("flow-logs"),
            permissions_boundary=naming.boundary,
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
            resources=[f"{group.arn}:*"],
        )
        IamRolePolicy(
            self,
            "policy",
            name=naming.name("write-flow-logs"),
            role=role.name,
            policy=policy_document(write),
        )
        return role.arn


def _in_bucket(to: ToBucket) -> dict[str, Any]:
    return {
        "log_destination": f"arn:aws:s3:::{to.name}/{FLOW_LOGS}",
        "log_destination_type": "s3",
        "destination_options": FlowLogDestinationOptions(
            file_format="parquet", per_hour_partition=True, hive_compatible_partitions=False
        ),
    }
