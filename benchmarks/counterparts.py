"""Terraform's types of resources, and the constructs (L1) with which the AWS CDK makes the same."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Scalar = str | int | float | bool

CONSTRUCTS: Mapping[str, str] = {
    "aws_acm_certificate": "aws_certificatemanager.CfnCertificate",
    "aws_autoscaling_group": "aws_autoscaling.CfnAutoScalingGroup",
    "aws_autoscaling_lifecycle_hook": "aws_autoscaling.CfnLifecycleHook",
    "aws_autoscaling_policy": "aws_autoscaling.CfnScalingPolicy",
    "aws_autoscaling_schedule": "aws_autoscaling.CfnScheduledAction",
    "aws_backup_plan": "aws_backup.CfnBackupPlan",
    "aws_backup_selection": "aws_backup.CfnBackupSelection",
    "aws_backup_vault": "aws_backup.CfnBackupVault",
    "aws_cloudfront_distribution": "aws_cloudfront.CfnDistribution",
    "aws_cloudfront_origin_access_control": "aws_cloudfront.CfnOriginAccessControl",
    "aws_cloudfront_response_headers_policy": "aws_cloudfront.CfnResponseHeadersPolicy",
    "aws_cloudfront_vpc_origin": "aws_cloudfront.CfnVpcOrigin",
    "aws_cloudtrail": "aws_cloudtrail.CfnTrail",
    "aws_cloudwatch_composite_alarm": "aws_cloudwatch.CfnCompositeAlarm",
    "aws_cloudwatch_dashboard": "aws_cloudwatch.CfnDashboard",
    "aws_cloudwatch_log_delivery": "aws_logs.CfnDelivery",
    "aws_cloudwatch_log_delivery_destination": "aws_logs.CfnDeliveryDestination",
    "aws_cloudwatch_log_delivery_source": "aws_logs.CfnDeliverySource",
    "aws_cloudwatch_log_group": "aws_logs.CfnLogGroup",
    "aws_cloudwatch_log_metric_filter": "aws_logs.CfnMetricFilter",
    "aws_cloudwatch_log_resource_policy": "aws_logs.CfnResourcePolicy",
    "aws_cloudwatch_metric_alarm": "aws_cloudwatch.CfnAlarm",
    "aws_cloudwatch_query_definition": "aws_logs.CfnQueryDefinition",
    "aws_db_event_subscription": "aws_rds.CfnEventSubscription",
    "aws_db_instance": "aws_rds.CfnDBInstance",
    "aws_db_option_group": "aws_rds.CfnOptionGroup",
    "aws_db_parameter_group": "aws_rds.CfnDBParameterGroup",
    "aws_db_subnet_group": "aws_rds.CfnDBSubnetGroup",
    "aws_egress_only_internet_gateway": "aws_ec2.CfnEgressOnlyInternetGateway",
    "aws_eip": "aws_ec2.CfnEIP",
    "aws_flow_log": "aws_ec2.CfnFlowLog",
    "aws_iam_instance_profile": "aws_iam.CfnInstanceProfile",
    "aws_iam_role": "aws_iam.CfnRole",
    "aws_iam_role_policy": "aws_iam.CfnRolePolicy",
    "aws_internet_gateway": "aws_ec2.CfnInternetGateway",
    "aws_kms_alias": "aws_kms.CfnAlias",
    "aws_kms_key": "aws_kms.CfnKey",
    "aws_launch_template": "aws_ec2.CfnLaunchTemplate",
    "aws_lb": "aws_elasticloadbalancingv2.CfnLoadBalancer",
    "aws_lb_listener": "aws_elasticloadbalancingv2.CfnListener",
    "aws_lb_listener_rule": "aws_elasticloadbalancingv2.CfnListenerRule",
    "aws_lb_target_group": "aws_elasticloadbalancingv2.CfnTargetGroup",
    "aws_nat_gateway": "aws_ec2.CfnNatGateway",
    "aws_route": "aws_ec2.CfnRoute",
    "aws_route53_health_check": "aws_route53.CfnHealthCheck",
    "aws_route53_record": "aws_route53.CfnRecordSet",
    "aws_route53_zone": "aws_route53.CfnHostedZone",
    "aws_route_table": "aws_ec2.CfnRouteTable",
    "aws_route_table_association": "aws_ec2.CfnSubnetRouteTableAssociation",
    "aws_s3_access_point": "aws_s3.CfnAccessPoint",
    "aws_s3_bucket": "aws_s3.CfnBucket",
    "aws_s3_bucket_policy": "aws_s3.CfnBucketPolicy",
    "aws_secretsmanager_secret": "aws_secretsmanager.CfnSecret",
    "aws_secretsmanager_secret_policy": "aws_secretsmanager.CfnResourcePolicy",
    "aws_security_group": "aws_ec2.CfnSecurityGroup",
    "aws_sns_topic": "aws_sns.CfnTopic",
    "aws_sns_topic_policy": "aws_sns.CfnTopicPolicy",
    "aws_sns_topic_subscription": "aws_sns.CfnSubscription",
    "aws_ssm_parameter": "aws_ssm.CfnParameter",
    "aws_subnet": "aws_ec2.CfnSubnet",
    "aws_vpc": "aws_ec2.CfnVPC",
    "aws_vpc_endpoint": "aws_ec2.CfnVPCEndpoint",
    "aws_vpc_security_group_egress_rule": "aws_ec2.CfnSecurityGroupEgress",
    "aws_vpc_security_group_ingress_rule": "aws_ec2.CfnSecurityGroupIngress",
    "aws_wafv2_web_acl": "aws_wafv2.CfnWebACL",
    "aws_wafv2_web_acl_logging_configuration": "aws_wafv2.CfnLoggingConfiguration",
    "aws_xray_group": "aws_xray.CfnGroup",
}
# What CloudFormation has as a property of another resource, or not at all.
NO_RESOURCE = frozenset(
    {
        "aws_acm_certificate_validation",
        "aws_backup_vault_lock_configuration",
        "aws_backup_vault_notifications",
        "aws_default_security_group",
        "aws_iam_role_policy_attachment",
        "aws_route53_query_log",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_s3_object",
        "aws_secretsmanager_secret_version",
    }
)
# What Terraform reads of any resource, and the provider of none.
_META = frozenset({"//", "depends_on", "lifecycle", "provider"})


@dataclass(frozen=True)
class Resource:
    """A resource as Terrace synthesized it."""

    stack: str
    type: str
    name: str
    arguments: Mapping[str, Any]

    @property
    def scalars(self) -> list[Scalar]:
        """The values of its arguments, however deep they are."""
        return list(_scalars({k: v for k, v in self.arguments.items() if k not in _META}))


def _scalars(value: Any) -> Iterator[Scalar]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _scalars(each)
    elif value is not None:
        yield value


def declared(output: Path) -> list[Resource]:
    """Every resource of the stacks that were synthesized to a folder."""
    return [
        Resource(file.parent.name, type_, name, arguments)
        for file in sorted(output.glob("stacks/*/cdk.tf.json"))
        for type_, named in json.loads(file.read_bytes()).get("resource", {}).items()
        for name, arguments in named.items()
    ]
