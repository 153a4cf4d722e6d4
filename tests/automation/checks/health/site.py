"""Makes the few things of a deployed environment that `verify` looks at."""

from typing import Any

from automation.checks import lookups
from automation.emulator import Emulator
from config import Settings
from modules.audit.trail import trail_arn, trail_delivery
from modules.policy import policy_document
from tests.automation.emulator.calls import issued

ZONES = ("us-west-2a", "us-west-2b")


class Site:
    """One method for each tier."""

    def __init__(self, emulator: Emulator, settings: Settings) -> None:
        self._emulator = emulator
        self._client = emulator.client
        self._settings = settings
        self.naming = settings.naming
        self.target_group = ""
        # Every test has a VPC of its own in the one account.
        emulator.client("service-quotas").request_service_quota_increase(
            ServiceCode="vpc", QuotaCode="L-F678F1CE", DesiredValue=100
        )

    def application(self, *, desired: int = 2) -> None:
        """A launch template, a target group, and a group of instances."""
        ec2, name = self._client("ec2"), self.naming.name("application")
        vpc = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
        named = [{"Key": "Name", "Value": self.naming.name("vpc")}]
        ec2.create_tags(Resources=[vpc], Tags=named)
        self.target_group = lookups.target_group_name(self._settings, vpc)
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.2.{number}.0/24", AvailabilityZone=zone)
            for number, zone in enumerate(ZONES)
        ]
        data = {"InstanceType": "t4g.small", "ImageId": "ami-12c6146b"}
        ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
        target_group = self._client("elbv2").create_target_group(
            Name=self.target_group, Protocol="HTTP", Port=8080, VpcId=vpc
        )["TargetGroups"][0]["TargetGroupArn"]
        self._client("autoscaling").create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=1,
            MaxSize=4,
            DesiredCapacity=desired,
            VPCZoneIdentifier=",".join(each["Subnet"]["SubnetId"] for each in subnets),
            LaunchTemplate={"LaunchTemplateName": name, "Version": "1"},
            TargetGroupARNs=[target_group],
        )

    def instances(self) -> list[str]:
        """The ids of the group's instances."""
        answer = self._client("autoscaling").describe_auto_scaling_groups(
            AutoScalingGroupNames=[self.naming.name("application")]
        )
        return [each["InstanceId"] for each in answer["AutoScalingGroups"][0]["Instances"]]

    def database(self, *, replicas: int = 0, **otherwise: Any) -> str:
        """The primary and its replicas; the primary's name."""
        rds, name = self._client("rds"), self.naming.name("database")
        sound: dict[str, Any] = {
            "Engine": "mysql",
            "EngineVersion": "8.4.7",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": 20,
            "MasterUsername": "admin",
            "ManageMasterUserPassword": True,
            "BackupRetentionPeriod": 1,
        }
        if replicas:
            sound |= {"ManageMasterUserPassword": False, "MasterUserPassword": "x" * 9}
        rds.create_db_instance(DBInstanceIdentifier=name, **{**sound, **otherwise})
        for number in range(1, replicas + 1):
            rds.create_db_instance_read_replica(
                DBInstanceIdentifier=f"{name}-replica-{number}", SourceDBInstanceIdentifier=name
            )
        return name

    def measure(self, metric: str, value: float, *, instance: str) -> None:
        """A value of one of RDS's metrics."""
        dimensions = [{"Name": "DBInstanceIdentifier", "Value": instance}]
        data = {"MetricName": metric, "Dimensions": dimensions, "Value": value}
        self._client("cloudwatch").put_metric_data(Namespace="AWS/RDS", MetricData=[data])

    def certificate(self, region: str) -> str:
        """One that ACM issues; its ARN."""
        domain, tags = self._settings.domain, self._named(region)
        return issued(self._emulator, domain, region=region, Tags=tags)

    def imported_certificate(self, region: str, pem: str) -> None:
        """One that somebody else issued."""
        key = pem.index("-----BEGIN EC PRIVATE KEY-----")
        self._client("acm", region=region).import_certificate(
            Certificate=pem[:key].encode(), PrivateKey=pem[key:].encode(), Tags=self._named(region)
        )

    def _named(self, region: str) -> list[dict[str, str]]:
        name = "edge-certificate" if region == "us-east-1" else "web-certificate"
        return [{"Key": "Name", "Value": self.naming.name(name)}]

    def distribution(self, *, enabled: bool = True) -> None:
        """One that answers to the domain."""
        origin = {
            "Id": "application",
            "DomainName": "alb.us-west-2.elb.amazonaws.com",
            "CustomOriginConfig": {
                "HTTPPort": 80,
                "HTTPSPort": 443,
                "OriginProtocolPolicy": "https-only",
            },
        }
        certificate = issued(self._emulator, self._settings.domain, region="us-east-1")
        self._client("cloudfront").create_distribution(
            DistributionConfig={
                "CallerReference": self.naming.prefix,
                "Comment": "",
                "Enabled": enabled,
                "Aliases": {"Quantity": 1, "Items": [self._settings.domain]},
                "Origins": {"Quantity": 1, "Items": [origin]},
                "ViewerCertificate": {
                    "ACMCertificateArn": certificate,
                    "SSLSupportMethod": "sni-only",
                },
                "DefaultCacheBehavior": {
                    "TargetOriginId": "application",
                    "ViewerProtocolPolicy": "https-only",
                    "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
                },
            }
        )

    def alarms(self, *purposes: str, region: str = "us-west-2", tell: bool = True) -> None:
        """Alarms on metrics, which tell somebody, or are there for others."""
        topic = self.naming.arn("sns", self.naming.name("alarms"), region=region)
        for purpose in purposes:
            self._client("cloudwatch", region=region).put_metric_alarm(
                AlarmName=self.naming.name(purpose),
                Namespace="AWS/ApplicationELB",
                MetricName="RequestCount",
                Statistic="Sum",
                Period=60,
                EvaluationPeriods=1,
                Threshold=1,
                ComparisonOperator="GreaterThanThreshold",
                AlarmActions=[topic] if tell else [],
            )

    def topics(self, *emails: str) -> None:
        """Topics, with addresses that have yet to confirm."""
        for client, purpose in self._topics():
            arn = client.create_topic(Name=self.naming.name(purpose))["TopicArn"]
            for each in emails:
                client.subscribe(TopicArn=arn, Protocol="email", Endpoint=each)

    def confirm(self, email: str) -> None:
        """Follow the links that an address has got."""
        for client, purpose in self._topics():
            arn = client.create_topic(Name=self.naming.name(purpose))["TopicArn"]
            client.confirm_subscription(TopicArn=arn, Token=email)

    def _topics(self) -> list[tuple[Any, str]]:
        here, there = self._client("sns"), self._client("sns", region="us-east-1")
        purposes = ("alarms", "audit-alarms")
        return [(here, each) for each in purposes] + [
            (there, f"global-{each}") for each in purposes
        ]

    def service_down(self, purpose: str = "service-down") -> None:
        """The alarm over alarms, or another such."""
        self._client("cloudwatch").put_composite_alarm(
            AlarmName=self.naming.name(purpose),
            AlarmRule=f'ALARM("{self.naming.name("outage")}")',
            AlarmActions=[self.naming.arn("sns", self.naming.name("alarms"))],
        )

    def report(self, purpose: str, state: str, *, region: str = "us-west-2") -> None:
        """Put an alarm into a state."""
        self._client("cloudwatch", region=region).set_alarm_state(
            AlarmName=self.naming.name(purpose), StateValue=state, StateReason="as a test wants it"
        )

    def audit(self) -> None:
        """A trail that logs, and a vault."""
        bucket, trail = self.naming.bucket("audit"), self.naming.name("trail")
        location = {"LocationConstraint": "us-west-2"}
        self._client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
        statements = trail_delivery(
            self.naming, self.naming.bucket_arn("audit"), trail_arn=trail_arn(self.naming)
        )
        policy = policy_document(*statements)
        self._client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
        cloudtrail = self._client("cloudtrail")
        cloudtrail.create_trail(Name=trail, S3BucketName=bucket)
        cloudtrail.start_logging(Name=trail)
        self._client("backup").create_backup_vault(BackupVaultName=self.naming.name("backups"))

    def back_up(self) -> None:
        """Have AWS Backup make a recovery point of the database."""
        self._client("backup").start_backup_job(
            BackupVaultName=self.naming.name("backups"),
            ResourceArn=self.naming.arn("rds", f"db:{self.naming.name('database')}"),
            IamRoleArn=self.naming.arn("iam", "role/backup", region=""),
        )
