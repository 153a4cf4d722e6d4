"""Logs, metrics and traces of the instances, gathered by the CloudWatch agent."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from config.application import (
    APPLICATION_LOG_GROUP,
    LOG_FOLDER,
    SYSTEM_LOG_GROUP,
    SYSTEM_LOGS,
)
from config.naming import Naming
from modules.log_group import LogGroup
from modules.policy import Statement

# Where the application writes its logs.
APPLICATION_LOGS = f"{LOG_FOLDER}/*.log"
# Where the application sends what OpenTelemetry gathers, over gRPC and HTTP; the agent wants a port
# of its own for each kind.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-OpenTelemetry-metrics.html
TRACES_GRPC, TRACES_HTTP = "127.0.0.1:4317", "127.0.0.1:4318"
METRICS_GRPC, METRICS_HTTP = "127.0.0.1:4327", "127.0.0.1:4328"


class CloudWatchAgent(Construct):
    """The agent's configuration as an SSM parameter, and the log groups that it writes to.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        auto_scaling_group_name: str,
        retention_in_days: int,
        kms_key_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self.namespace = naming.name("application")
        self.parameter_name = naming.path("application/cloudwatch-agent")
        self._retention_in_days = retention_in_days
        self._kms_key_arn = kms_key_arn
        application, system = (
            naming.path(each) for each in (APPLICATION_LOG_GROUP, SYSTEM_LOG_GROUP)
        )
        self.application_logs = self._log_group("application-logs", application)
        self.system_logs = self._log_group("system-logs", system)
        configuration = {
            "agent": {"metrics_collection_interval": 60},
            "logs": _logs(application, system),
            "metrics": _metrics(self.namespace, auto_scaling_group_name),
            "traces": {"traces_collected": {"otlp": _endpoints(TRACES_GRPC, TRACES_HTTP)}},
        }
        text = json.dumps(configuration, indent=2)
        self.content_hash = hashlib.sha256(text.encode()).hexdigest()[:12]
        self._parameter = self._store(text)

    def _log_group(self, id_: str, name: str) -> LogGroup:
        return LogGroup(
            self,
            id_,
            name=name,
            retention_in_days=self._retention_in_days,
            kms_key_arn=self._kms_key_arn,
        )

    def _store(self, text: str) -> SsmParameter:
        return SsmParameter(
            self,
            "configuration",
            name=self.parameter_name,
            description="Configuration of the CloudWatch agent",
            type="String",
            # There is no secret in it, and plans show this argument. The agent's own placeholders
            # look like Terraform's, hence the second dollar sign.
            insecure_value=text.replace("${", "$${"),
        )

    @property
    def before_instances(self) -> list[ITerraformDependable]:
        """What has to be there as an instance boots."""
        return [self._parameter, self.application_logs.resource, self.system_logs.resource]

    def statements(self) -> Sequence[Statement]:
        """What the agent may do."""
        return (
            Statement(
                sid="ReadConfiguration",
                actions=["ssm:GetParameter"],
                resources=[self._parameter.arn],
            ),
            Statement(
                sid="WriteLogs",
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[f"{group.arn}:*" for group in (self.application_logs, self.system_logs)],
            ),
            # Neither CloudWatch metrics nor X-Ray know resource-level permissions for these.
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
            Statement(
                sid="WriteMetrics",
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": self.namespace}},
            ),
            Statement(
                sid="WriteTraces",
                actions=["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
                resources=["*"],
            ),
        )


def _logs(application: str, system: str) -> dict[str, Any]:
    files = [_log_file(APPLICATION_LOGS, application)]
    files += [_log_file(path, system) for path in SYSTEM_LOGS]
    return {"logs_collected": {"files": {"collect_list": files}}}


def _log_file(path: str, log_group_name: str) -> dict[str, Any]:
    """Every file that the path matches, each in a stream of its own."""
    return {
        "file_path": path,
        "log_group_name": log_group_name,
        "log_stream_name": "{instance_id}",
        "publish_multi_logs": True,
    }


def _metrics(namespace: str, auto_scaling_group_name: str) -> dict[str, Any]:
    """Memory and disk, by instance and for the whole group.

    The group's name is given, since the agent would need `ec2:DescribeTags` to find it out.
    """
    dimensions = {"AutoScalingGroupName": auto_scaling_group_name}
    used: dict[str, Any] = {"measurement": ["used_percent"], "append_dimensions": dimensions}
    return {
        "namespace": namespace,
        "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
        "aggregation_dimensions": [["AutoScalingGroupName"]],
        "metrics_collected": {
            "mem": used,
            "disk": {**used, "resources": ["/"], "drop_device": True},
            "otlp": _endpoints(METRICS_GRPC, METRICS_HTTP),
        },
    }


def _endpoints(grpc: str, http: str) -> dict[str, str]:
    return {"grpc_endpoint": grpc, "http_endpoint": http}
