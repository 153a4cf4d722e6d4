"""The web application firewall before CloudFront."""

from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclVisibilityConfig,
)
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

from config.edge import Waf
from config.naming import Naming
from modules.edge import body_limits
from modules.log_group import LogGroup
from modules.policy import Statement, policy_document

_RATE_LIMIT = "rate-limit"
# Blocks whatever is longer than 8 KiB: `body_limits` are for who wants a bound.
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html
_COUNTED = "AWSManagedRulesCommonRuleSet/SizeRestrictions_BODY"


class WebAcl(Construct):
    """Turns away addresses that ask too often, then what AWS's managed rule groups recognize.

    `provider` is the one of us-east-1, where AWS keeps what protects CloudFront. Each
    rule's metric has the rule's name.
    https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        waf: Waf,
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id_)
        self.name = naming.name("edge")
        self.metric_name = self.name
        self._count_only_rules = dict.fromkeys((_COUNTED, *waf.count_only_rules))
        groups = [
            self._managed_group(group, priority, count=group in waf.count_only)
            for priority, group in enumerate(waf.managed_rule_groups, start=1)
        ]
        acl = Wafv2WebAcl(
            self,
            "web-acl",
            name=self.name,
            description="Requests to the site",
            scope="CLOUDFRONT",
            default_action=Wafv2WebAclDefaultAction(allow={}),
            rule=[
                self._rate_limit(waf.rate_limit),
                *groups,
                *body_limits.rules(waf.body_limits, len(groups) + 1),
            ],
            association_config=body_limits.inspection(waf.body_limits),
            visibility_config=Wafv2WebAclVisibilityConfig(
                metric_name=self.metric_name,
                cloudwatch_metrics_enabled=True,
                sampled_requests_enabled=True,
            ),
            tags={"Name": self.name},
            provider=provider,
        )
        self.arn: str = acl.arn

    def _rate_limit(self, limit: int) -> Wafv2WebAclRule:
        """First of all rules, so that requests which others would block count as well."""
        statement = {"limit": limit, "aggregate_key_type": "IP", "evaluation_window_sec": 300}
        return Wafv2WebAclRule(
            name=_RATE_LIMIT,
            priority=0,
            action=Wafv2WebAclRuleAction(block={}),
            statement={"rate_based_statement": statement},
            visibility_config=body_limits.visible(_RATE_LIMIT),
        )

    def _managed_group(self, group: str, priority: int, *, count: bool) -> Wafv2WebAclRule:
        override = (
            Wafv2WebAclRuleOverrideAction(count={})
            if count
            else Wafv2WebAclRuleOverrideAction(none={})
        )
        return Wafv2WebAclRule(
            name=group,
            priority=priority,
            override_action=override,
            statement=self._rules_of(group),
            visibility_config=body_limits.visible(group),
        )

    def _rules_of(self, group: str) -> dict[str, Any]:
        """The group as AWS has it, but for single rules that are only to count."""
        overrides = [
            {"name": rule.removeprefix(f"{group}/"), "action_to_use": {"count": {}}}
            for rule in self._count_only_rules
            if rule.startswith(f"{group}/")
        ]
        statement: dict[str, Any] = {"vendor_name": "AWS", "name": group}
        if overrides:
            statement["rule_action_override"] = overrides
        return {"managed_rule_group_statement": statement}


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
