"""The log of requests that the web application firewall stops."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationLoggingFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilter,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition,
    Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from config.naming import Naming
from modules.log_group import LogGroup
from modules.policy import Statement, policy_document

# WAF for CloudFront, and whatever it logs to, is in this region for every customer.
_REGION = "us-east-1"
# Those that only count are of interest too: they tell whether a rule group may start to block.
_LOGGED_ACTIONS = ("BLOCK", "COUNT")
_SECRET_HEADERS = ("authorization", "cookie")


class WebAclLogs(Construct):
    """Records stopped and counted requests, without the headers that carry credentials.

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        web_acl_arn: str,
        retention_in_days: int,
        kms_key_arn: str,
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = LogGroup(
            self,
            "logs",
            name=f"aws-waf-logs-{naming.name('edge')}",
            retention_in_days=retention_in_days,
            kms_key_arn=kms_key_arn,
            provider=provider,
        )
        permission = CloudwatchLogResourcePolicy(
            self,
            "policy",
            policy_name=naming.name("waf-logs"),
            policy_document=policy_document(self._delivery(naming)),
            provider=provider,
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "logging",
            resource_arn=web_acl_arn,
            log_destination_configs=[self.log_group.arn],
            logging_filter=_filter(),
            redacted_fields=[_redacted(header) for header in _SECRET_HEADERS],
            depends_on=[permission],
            provider=provider,
        )

    def _delivery(self, naming: Naming) -> Statement:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
        return Statement(
            sid="DeliverWafLogs",
            principals={"Service": "delivery.logs.amazonaws.com"},
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{self.log_group.arn}:log-stream:*"],
            conditions={
                "StringEquals": {"aws:SourceAccount": naming.account_id},
                "ArnLike": {"aws:SourceArn": naming.arn("logs", "*", region=_REGION)},
            },
        )


def _filter() -> Wafv2WebAclLoggingConfigurationLoggingFilter:
    conditions = [
        Wafv2WebAclLoggingConfigurationLoggingFilterFilterCondition(
            action_condition=Wafv2WebAclLoggingConfigurationLoggingFilterFilterConditionActionCondition(
                action=action
            )
        )
        for action in _LOGGED_ACTIONS
    ]
    keep = Wafv2WebAclLoggingConfigurationLoggingFilterFilter(
        behavior="KEEP", requirement="MEETS_ANY", condition=conditions
    )
    return Wafv2WebAclLoggingConfigurationLoggingFilter(default_behavior="DROP", filter=[keep])


def _redacted(header: str) -> Wafv2WebAclLoggingConfigurationRedactedFields:
    return Wafv2WebAclLoggingConfigurationRedactedFields(
        single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
    )
