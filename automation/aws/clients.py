"""AWS clients, made when they are first used."""

from functools import cached_property
from typing import TYPE_CHECKING

import boto3

from config import Settings

if TYPE_CHECKING:
    from types_boto3_acm.client import ACMClient
    from types_boto3_autoscaling.client import AutoScalingClient
    from types_boto3_backup.client import BackupClient
    from types_boto3_cloudformation.client import CloudFormationClient
    from types_boto3_cloudfront.client import CloudFrontClient
    from types_boto3_cloudtrail.client import CloudTrailClient
    from types_boto3_cloudwatch.client import CloudWatchClient
    from types_boto3_ec2.client import EC2Client
    from types_boto3_elbv2.client import ElasticLoadBalancingv2Client
    from types_boto3_iam.client import IAMClient
    from types_boto3_kms.client import KMSClient
    from types_boto3_logs.client import CloudWatchLogsClient
    from types_boto3_rds.client import RDSClient
    from types_boto3_route53.client import Route53Client
    from types_boto3_s3.client import S3Client
    from types_boto3_s3control.client import S3ControlClient
    from types_boto3_secretsmanager.client import SecretsManagerClient
    from types_boto3_service_quotas.client import ServiceQuotasClient
    from types_boto3_sns.client import SNSClient
    from types_boto3_ssm.client import SSMClient
    from types_boto3_sts.client import STSClient
    from types_boto3_wafv2.client import WAFV2Client

GLOBAL_REGION = "us-east-1"

# What the names of copies of the database start with, which restore drills make; of those that are
# to take its place; and of what it was before one did.
COPY, RESTORED, FORMER = "drill-", "restore-2", "database-before-"


class Clients:
    """Clients of one region, by the names that boto3 gives them."""

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._session = session
        self.region = region

    @cached_property
    def in_us_east_1(self) -> "Clients":
        """For what AWS keeps in us-east-1, whatever the environment's region."""
        return self.of(GLOBAL_REGION)

    def of(self, region: str) -> "Clients":
        """Those of another region."""
        return Clients(self._session, region)

    @cached_property
    def acm(self) -> "ACMClient":
        """Certificates."""
        return self._session.client("acm", region_name=self.region)

    @cached_property
    def autoscaling(self) -> "AutoScalingClient":
        """Auto Scaling groups."""
        return self._session.client("autoscaling", region_name=self.region)

    @cached_property
    def backup(self) -> "BackupClient":
        """Backup plans and vaults."""
        return self._session.client("backup", region_name=self.region)

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """The stack that bootstrap makes."""
        return self._session.client("cloudformation", region_name=self.region)

    @cached_property
    def cloudfront(self) -> "CloudFrontClient":
        """Distributions."""
        return self._session.client("cloudfront", region_name=self.region)

    @cached_property
    def cloudtrail(self) -> "CloudTrailClient":
        """Audit trails."""
        return self._session.client("cloudtrail", region_name=self.region)

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """Alarms and dashboards."""
        return self._session.client("cloudwatch", region_name=self.region)

    @cached_property
    def ec2(self) -> "EC2Client":
        """Networks and launch templates."""
        return self._session.client("ec2", region_name=self.region)

    @cached_property
    def elbv2(self) -> "ElasticLoadBalancingv2Client":
        """Load balancers."""
        return self._session.client("elbv2", region_name=self.region)

    @cached_property
    def iam(self) -> "IAMClient":
        """Roles and policies, which are global."""
        return self._session.client("iam", region_name=self.region)

    @cached_property
    def kms(self) -> "KMSClient":
        """Keys."""
        return self._session.client("kms", region_name=self.region)

    @cached_property
    def logs(self) -> "CloudWatchLogsClient":
        """Log groups and deliveries."""
        return self._session.client("logs", region_name=self.region)

    @cached_property
    def rds(self) -> "RDSClient":
        """Databases."""
        return self._session.client("rds", region_name=self.region)

    @cached_property
    def route53(self) -> "Route53Client":
        """Names and health checks."""
        return self._session.client("route53", region_name=self.region)

    @cached_property
    def s3(self) -> "S3Client":
        """Buckets and objects."""
        return self._session.client("s3", region_name=self.region)

    @cached_property
    def s3control(self) -> "S3ControlClient":
        """Access points."""
        return self._session.client("s3control", region_name=self.region)

    @cached_property
    def secretsmanager(self) -> "SecretsManagerClient":
        """Secrets."""
        return self._session.client("secretsmanager", region_name=self.region)

    @cached_property
    def service_quotas(self) -> "ServiceQuotasClient":
        """How much of everything the account may have."""
        return self._session.client("service-quotas", region_name=self.region)

    @cached_property
    def sns(self) -> "SNSClient":
        """Topics."""
        return self._session.client("sns", region_name=self.region)

    @cached_property
    def ssm(self) -> "SSMClient":
        """Parameters, and commands for instances."""
        return self._session.client("ssm", region_name=self.region)

    @cached_property
    def sts(self) -> "STSClient":
        """Who the credentials are."""
        return self._session.client("sts", region_name=self.region)

    @cached_property
    def wafv2(self) -> "WAFV2Client":
        """Web ACLs."""
        return self._session.client("wafv2", region_name=self.region)


def copies(settings: Settings) -> tuple[str, ...]:
    """How the names of all copies of the database begin."""
    return tuple(settings.naming.name(each) for each in (COPY, RESTORED))


def former(clients: Clients, settings: Settings) -> list[str]:
    """The instances that were the database before a restore took their place."""
    beginning = settings.naming.name(FORMER)
    return [each for each in instances(clients) if each.startswith(beginning)]


def instances(clients: Clients) -> list[str]:
    """The names of all instances of RDS."""
    pages = clients.rds.get_paginator("describe_db_instances").paginate()
    return [each.get("DBInstanceIdentifier", "") for page in pages for each in page["DBInstances"]]
