"""A log of the DNS queries for a public hosted zone."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.route53_query_log import Route53QueryLog
from constructs import Construct

from config.naming import Naming
from modules.log_group import LogGroup
from modules.policy import Statement, policy_document


class QueryLogging(Construct):
    """Records who asks for which name of a zone.

    `provider` is the one of us-east-1, to which Route 53 delivers every zone's queries.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        zone_id: str,
        retention_in_days: int,
        kms_key_arn: str,
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = LogGroup(
            self,
            "logs",
            name=f"/aws/route53/{naming.name('queries')}",
            retention_in_days=retention_in_days,
            kms_key_arn=kms_key_arn,
            provider=provider,
        )
        write = Statement(
            sid="WriteQueryLogs",
            principals={"Service": "route53.amazonaws.com"},
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{self.log_group.arn}:*"],
            conditions={
                "StringEquals": {"aws:SourceAccount": naming.account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{zone_id}"},
            },
        )
        permission = CloudwatchLogResourcePolicy(
            self,
            "policy",
            policy_name=naming.name("query-logs"),
            policy_document=policy_document(write),
            provider=provider,
        )
        # Route 53 tries the log group at once, so the permission comes first; it takes the ARN in
        # the form in which CloudWatch Logs lists it.
        Route53QueryLog(
            self,
            "query-log",
            zone_id=zone_id,
            cloudwatch_log_group_arn=f"{self.log_group.arn}:*",
            depends_on=[permission],
            provider=provider,
        )
