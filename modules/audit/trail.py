"""The audit trail: who did what in the account."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudtrail import (
    Cloudtrail,
    CloudtrailAdvancedEventSelector,
    CloudtrailAdvancedEventSelectorFieldSelector,
    CloudtrailInsightSelector,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.naming import Naming
from modules.log_group import LogGroup
from modules.monitoring.alarm import Alarm
from modules.monitoring.metric import QUARTER, Metric
from modules.policy import Conditions, Statement, assume_role_policy, policy_document
from modules.storage.bucket import Bucket

PURPOSE = "trail"


class Trail(Construct):
    """A trail of every region, validated and encrypted, in a bucket and a log group.

    It records management events, unusual rates of calls and errors, every use of objects in the
    named buckets and through the named access points, and whoever deletes its own files. The
    bucket's policy has to let it in (`trail_delivery`).
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        bucket: Bucket,
        kms_key_arn: str,
        log_group_retention_in_days: int,
        bucket_arns: Sequence[str] = (),
        access_point_arns: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = LogGroup(
            self,
            "logs",
            name=naming.path("audit/trail"),
            retention_in_days=log_group_retention_in_days,
            kms_key_arn=kms_key_arn,
        )
        role, permission = self._role(naming)
        trail = Cloudtrail(
            self,
            "trail",
            name=naming.name(PURPOSE),
            is_multi_region_trail=True,
            include_global_service_events=True,
            enable_log_file_validation=True,
            kms_key_id=kms_key_arn,
            s3_bucket_name=bucket.name,
            cloud_watch_logs_group_arn=f"{self.log_group.arn}:*",
            cloud_watch_logs_role_arn=role.arn,
            advanced_event_selector=_recorded(bucket_arns, access_point_arns, bucket.arn),
            insight_selector=[
                CloudtrailInsightSelector(insight_type=each)
                for each in ("ApiCallRateInsight", "ApiErrorRateInsight")
            ],
            depends_on=[permission],
        )
        self.arn: str = trail.arn

    def silence_alarm(self) -> Alarm:
        """Goes off when the log group gets nothing for half an hour: nothing is seen then.

        It takes about an hour, as CloudWatch looks at more periods than it is told to. Events come
        within minutes, and in an account with instances there are always some.
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
        https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
        """
        return Alarm(
            purpose="trail-silent",
            description="The audit trail delivers no events: nobody sees what happens.",
            metric=Metric(
                namespace="AWS/Logs",
                name="IncomingLogEvents",
                statistic="Sum",
                dimensions={"LogGroupName": self.log_group.name},
                period=QUARTER,
            ),
            comparison_operator="LessThanThreshold",
            threshold=1,
            evaluation_periods=2,
            datapoints_to_alarm=2,
            treat_missing_data="missing",
        )

    def _role(self, naming: Naming) -> tuple[IamRole, IamRolePolicy]:
        """A role that can write this trail's log streams alone.

        CloudTrail sends no source account or ARN when it assumes the role.
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
        """
        role = IamRole(
            self,
            "role",
            name=naming.name(PURPOSE),
            permissions_boundary=naming.boundary,
            assume_role_policy=assume_role_policy("cloudtrail.amazonaws.com"),
        )
        streams = f"log-stream:{naming.account_id}_CloudTrail_{naming.region}*"
        write = Statement(
            sid="WriteTrail",
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{self.log_group.arn}:{streams}"],
        )
        permission = IamRolePolicy(
            self,
            "policy",
            name=naming.name("write-trail"),
            role=role.name,
            policy=policy_document(write),
        )
        return role, permission


def _recorded(
    bucket_arns: Sequence[str], access_point_arns: Sequence[str], own: str
) -> list[CloudtrailAdvancedEventSelector]:
    """What is recorded.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
    """
    category = CloudtrailAdvancedEventSelectorFieldSelector(
        field="eventCategory", equal_to=["Management"]
    )
    selectors = [CloudtrailAdvancedEventSelector(name="Management", field_selector=[category])]
    if bucket_arns:
        objects = [f"{arn}/" for arn in bucket_arns]
        selectors.append(_data_events("Objects in buckets", "AWS::S3::Object", objects))
    if access_point_arns:
        points = list(access_point_arns)
        selectors.append(
            _data_events("Objects through access points", "AWS::S3::AccessPoint", points)
        )
    # That files are written would be recorded by writing more.
    selectors.append(
        _data_events("Files of the trail", "AWS::S3::Object", [f"{own}/"], events=["Delete"])
    )
    return selectors


def _data_events(
    name: str, resource_type: str, arn_prefixes: Sequence[str], *, events: Sequence[str] = ()
) -> CloudtrailAdvancedEventSelector:
    fields = [
        CloudtrailAdvancedEventSelectorFieldSelector(field="eventCategory", equal_to=["Data"]),
        CloudtrailAdvancedEventSelectorFieldSelector(
            field="resources.type", equal_to=[resource_type]
        ),
        CloudtrailAdvancedEventSelectorFieldSelector(
            field="resources.ARN", starts_with=list(arn_prefixes)
        ),
    ]
    if events:
        fields.append(
            CloudtrailAdvancedEventSelectorFieldSelector(
                field="eventName", starts_with=list(events)
            )
        )
    return CloudtrailAdvancedEventSelector(name=name, field_selector=fields)


def trail_arn(naming: Naming) -> str:
    """The ARN that the trail has, for policies that come before it."""
    return naming.arn("cloudtrail", f"trail/{naming.name(PURPOSE)}")


def trail_delivery(naming: Naming, bucket_arn: str, *, trail_arn: str) -> Sequence[Statement]:
    """Let one trail write its files.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    cloudtrail = {"Service": "cloudtrail.amazonaws.com"}
    this_trail: Conditions = {"StringEquals": {"aws:SourceArn": trail_arn}}
    owned = {"aws:SourceArn": trail_arn, "s3:x-amz-acl": "bucket-owner-full-control"}
    return (
        Statement(
            sid="CheckForTrail",
            principals=cloudtrail,
            actions=["s3:GetBucketAcl"],
            resources=[bucket_arn],
            conditions=this_trail,
        ),
        Statement(
            sid="WriteTrail",
            principals=cloudtrail,
            actions=["s3:PutObject"],
            resources=[f"{bucket_arn}/AWSLogs/{naming.account_id}/*"],
            conditions={"StringEquals": owned},
        ),
    )
