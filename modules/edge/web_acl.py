"""The web application firewall before CloudFront."""

from collections.abc import Collection, Sequence
from typing import Any

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from constructs import Construct

from config.naming import Naming

_RATE_LIMIT = "rate-limit"


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
        managed_rule_groups: Sequence[str],
        rate_limit: int,
        count_only: Collection[str] = (),
        count_only_rules: Sequence[str] = (),
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id_)
        self.name = naming.name("edge")
        self.metric_name = self.name
        self._count_only_rules = count_only_rules
        groups = [
            self._managed_group(group, priority, count=group in count_only)
            for priority, group in enumerate(managed_rule_groups, start=1)
        ]
        acl = Wafv2WebAcl(
            self,
            "web-acl",
            name=self.name,
            description="Requests to the site",
            scope="CLOUDFRONT",
            default_action=Wafv2WebAclDefaultAction(allow={}),
            rule=[self._rate_limit(rate_limit), *groups],
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
            visibility_config=_visible(_RATE_LIMIT),
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
            visibility_config=_visible(group),
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


def _visible(metric_name: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        metric_name=metric_name, cloudwatch_metrics_enabled=True, sampled_requests_enabled=True
    )
