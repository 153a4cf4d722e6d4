"""What is watched of each type of resource: every metered one by an alarm, or for a reason.

Reviewed by hand. A type is in one of three places: `BY_ALARM`, where every resource of it has an
alarm of its own; `BY_OTHERS`, with the reason why it needs none and the alarms that the reason
counts on; `UNMETERED`, of which CloudWatch measures nothing.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/aws-services-cloudwatch-metrics.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

# What stands for another resource, with the argument that names it.
STANDS_FOR = {
    "aws_acm_certificate_validation": "certificate_arn",
    "aws_sns_topic_policy": "arn",
}


@dataclass(frozen=True)
class ByAlarm:
    """The metric's namespace and the dimension that names a resource.

    `argument` is what of the resource the dimension is: the resource itself, if it is empty.
    """

    namespace: str
    dimension: str
    argument: str = ""


@dataclass(frozen=True)
class ByOthers:
    """Why a type needs no alarm of its own, and the purposes of alarms that have to be there."""

    reason: str
    alarms: tuple[str, ...] = ()


BY_ALARM: Mapping[str, ByAlarm] = {
    "aws_acm_certificate": ByAlarm("AWS/CertificateManager", "CertificateArn"),
    "aws_autoscaling_group": ByAlarm("AWS/AutoScaling", "AutoScalingGroupName"),
    "aws_backup_vault": ByAlarm("AWS/Backup", "BackupVaultName"),
    "aws_cloudfront_distribution": ByAlarm("AWS/CloudFront", "DistributionId"),
    # CloudTrail has no metrics; that it delivers is seen in the log group that it writes.
    "aws_cloudtrail": ByAlarm("AWS/Logs", "LogGroupName", "cloud_watch_logs_group_arn"),
    "aws_db_instance": ByAlarm("AWS/RDS", "DBInstanceIdentifier"),
    "aws_lb": ByAlarm("AWS/ApplicationELB", "LoadBalancer"),
    "aws_lb_target_group": ByAlarm("AWS/ApplicationELB", "TargetGroup"),
    "aws_nat_gateway": ByAlarm("AWS/NATGateway", "NatGatewayId"),
    "aws_route53_health_check": ByAlarm("AWS/Route53", "HealthCheckId"),
    "aws_sns_topic": ByAlarm("AWS/SNS", "TopicName"),
    "aws_wafv2_web_acl": ByAlarm("AWS/WAFV2", "WebACL", "visibility_config.metric_name"),
}

# Resources of these types whose metrics are another's, by how their names begin.
BUT: Mapping[str, ByOthers] = {
    "aws_backup_vault.copies_": ByOthers(
        "A copy that fails is told where it comes from: by the vault of the region itself.",
        ("backup-copy-failed",),
    ),
}

_WHO_USES_IT = ("error-rate", "application-errors")
BY_OTHERS: Mapping[str, ByOthers] = {
    "aws_cloudwatch_log_group": ByOthers(
        "A log is silent when there is nothing to tell. Of the two whose silence counts, that of "
        "the trail has an alarm, and that of instances is the silence of their agents.",
        ("trail-silent", "agents-silent"),
    ),
    "aws_kms_key": ByOthers(
        "KMS measures only when imported material expires, and there is none. That a key is "
        "disabled, or on its way to be deleted, is an event of the trail, in whatever region.",
        ("key-loss",),
    ),
    "aws_launch_template": ByOthers(
        "Instances are measured as a group, as they come and go; one that fails its checks is "
        "replaced, and its volume is what the agent tells of.",
        ("instances-missing", "instance-cpu", "instance-memory", "instance-disk"),
    ),
    "aws_route53_zone": ByOthers(
        "Route 53 counts queries, of which neither many nor few are wrong; whether the names "
        "answer is what its health check asks from outside.",
        ("site-unreachable",),
    ),
    "aws_s3_access_point": ByOthers(
        "Requests are measured for a price, and a failed one is the application's error.",
        _WHO_USES_IT,
    ),
    "aws_s3_bucket": ByOthers(
        "Size and number of objects, once a day, say nothing of failures, and requests are "
        "measured for a price. What fails for visitors is CloudFront's error, what fails for "
        "instances the application's.",
        ("edge-error-rate", *_WHO_USES_IT),
    ),
    "aws_secretsmanager_secret": ByOthers(
        "Secrets Manager measures how many there are. Who cannot read one does not boot, or says "
        "so in its log.",
        ("instances-missing", "application-errors"),
    ),
    "aws_vpc": ByOthers(
        "Address usage is measured on demand, and subnets are planned for the group's maximum.",
        ("instances-missing", "instances-at-maximum"),
    ),
    "aws_vpc_endpoint": ByOthers(
        "What an endpoint drops fails for who asks through it: the agents fall silent, and "
        "instances that cannot read their secrets never serve.",
        ("agents-silent", "instances-missing"),
    ),
    "aws_xray_group": ByOthers(
        "It measures of a sample what the load balancer measures of all requests.",
        ("error-rate", "latency-p99"),
    ),
}

UNMETERED = frozenset(
    {
        "aws_acm_certificate_validation",
        "aws_autoscaling_lifecycle_hook",
        "aws_autoscaling_policy",
        "aws_autoscaling_schedule",
        "aws_backup_plan",
        "aws_backup_selection",
        "aws_backup_vault_lock_configuration",
        "aws_backup_vault_notifications",
        "aws_cloudfront_origin_access_control",
        "aws_cloudfront_response_headers_policy",
        "aws_cloudfront_vpc_origin",
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_dashboard",
        "aws_cloudwatch_log_delivery",
        "aws_cloudwatch_log_delivery_destination",
        "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_log_resource_policy",
        "aws_cloudwatch_metric_alarm",
        "aws_cloudwatch_query_definition",
        "aws_db_event_subscription",
        "aws_db_option_group",
        "aws_db_parameter_group",
        "aws_db_subnet_group",
        "aws_default_security_group",
        "aws_egress_only_internet_gateway",
        "aws_eip",
        "aws_flow_log",
        "aws_iam_instance_profile",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_internet_gateway",
        "aws_kms_alias",
        "aws_lb_listener",
        "aws_lb_listener_rule",
        "aws_route",
        "aws_route53_query_log",
        "aws_route53_record",
        "aws_route_table",
        "aws_route_table_association",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_s3_object",
        "aws_secretsmanager_secret_policy",
        "aws_secretsmanager_secret_version",
        "aws_security_group",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
        "aws_ssm_parameter",
        "aws_subnet",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_wafv2_web_acl_logging_configuration",
    }
)
