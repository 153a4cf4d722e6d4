from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks.configuration.edge import CLOUDFRONT_ZONE, check_edge
from config import Settings
from config.edge import BodyLimit
from tests.automation.checks.configuration.account import Account, failed

COMMON = ("AWSManagedRulesCommonRuleSet",)


@pytest.fixture
def domain(clients: Clients, settings: Settings) -> str:
    """The domain name of a distribution for the site."""
    behavior: Any = {
        "TargetOriginId": "application",
        "ViewerProtocolPolicy": "allow-all",
        "MinTTL": 0,
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
    }
    origin: Any = {
        "Id": "application",
        "DomainName": "web.example.com",
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "http-only",
        },
    }
    answer = clients.cloudfront.create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Aliases": {"Quantity": 1, "Items": [settings.domain]},
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
        }
    )
    return answer["Distribution"]["DomainName"]


@pytest.fixture
def zone(clients: Clients, settings: Settings) -> str:
    answer = clients.route53.create_hosted_zone(Name=settings.domain, CallerReference="1")
    return answer["HostedZone"]["Id"]


def point(clients: Clients, zone: str, name: str, kind: str, target: str) -> None:
    record: Any = {
        "Name": name,
        "Type": kind,
        "AliasTarget": {
            "HostedZoneId": CLOUDFRONT_ZONE,
            "DNSName": target,
            "EvaluateTargetHealth": False,
        },
    }
    clients.route53.change_resource_record_sets(
        HostedZoneId=zone,
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )


def found(clients: Clients, settings: Settings, subject: str) -> set[str]:
    return {what for what in failed(check_edge(clients, settings)) if what.split(":")[0] == subject}


def test_names_that_lead_elsewhere_or_nowhere_fail(
    zone: str, domain: str, clients: Clients, settings: Settings
) -> None:
    for name in settings.site_names:
        for kind in ("A", "AAAA"):
            point(clients, zone, name, kind, domain)
    assert found(clients, settings, "names") == set()
    point(clients, zone, settings.domain, "A", "parked.cloudfront.net")
    assert found(clients, settings, "names") == {f"names: {settings.domain} (A)"}


@pytest.mark.usefixtures("zone", "domain")
def test_names_without_records_fail(clients: Clients, settings: Settings) -> None:
    assert len(found(clients, settings, "names")) == 2 * len(settings.site_names)


@pytest.mark.usefixtures("domain")
def test_a_distribution_of_somebody_elses_making_fails(
    clients: Clients, settings: Settings
) -> None:
    assert found(clients, settings, "dynamic paths") == {
        f"dynamic paths: {what}" for what in ("caching", "sends on", "without TLS")
    }
    assert "application origin" in found(clients, settings, "application origin")
    assert found(clients, settings, "assets origin") == {"assets origin"}
    assert found(clients, settings, "static paths") == {"static paths: are"}
    assert "error pages: by status" in found(clients, settings, "error pages")


def managed(group: str, counted: str) -> dict[str, Any]:
    named: dict[str, Any] = {"VendorName": "AWS", "Name": group}
    override = {"Name": counted, "ActionToUse": {"Count": {}}}
    return {**named, "RuleActionOverrides": [override]} if group in COMMON else named


def body_limit(path: str, size: int, visible: Any, priority: int) -> Any:
    as_sent = [{"Priority": 0, "Type": "NONE"}]
    match = {"FieldToMatch": {"UriPath": {}}, "TextTransformations": as_sent}
    body = {"FieldToMatch": {"Body": {"OversizeHandling": "MATCH"}}, "TextTransformations": as_sent}
    begins = {"SearchString": path.encode(), "PositionalConstraint": "STARTS_WITH", **match}
    longer = {"ComparisonOperator": "GT", "Size": size, **body}
    both = [{"ByteMatchStatement": begins}, {"SizeConstraintStatement": longer}]
    return {
        "Name": "body-limit-1",
        "Priority": priority,
        "Statement": {"AndStatement": {"Statements": both}},
        "Action": {"Block": {}},
        "VisibilityConfig": visible,
    }


def make_web_acl(
    clients: Clients,
    settings: Settings,
    *,
    count: str | None = None,
    counted: str = "SizeRestrictions_BODY",
    size: int = 0,
) -> str:
    waf = settings.edge.waf
    visible: Any = {
        "SampledRequestsEnabled": True,
        "CloudWatchMetricsEnabled": True,
        "MetricName": "metric",
    }
    limit: Any = {
        "Name": "rate-limit",
        "Priority": 0,
        "Statement": {"RateBasedStatement": {"Limit": waf.rate_limit, "AggregateKeyType": "IP"}},
        "Action": {"Block": {}},
        "VisibilityConfig": visible,
    }
    groups: list[Any] = [
        {
            "Name": group,
            "Priority": priority,
            "Statement": {"ManagedRuleGroupStatement": managed(group, counted)},
            "OverrideAction": {"Count": {}} if group == count else {"None": {}},
            "VisibilityConfig": visible,
        }
        for priority, group in enumerate(waf.managed_rule_groups, start=1)
    ]
    limits = [
        body_limit(each.path, size or each.kib * 1024, visible, len(groups) + 1)
        for each in waf.body_limits
    ]
    answer = clients.in_us_east_1.wafv2.create_web_acl(
        Name=settings.naming.name("edge"),
        Scope="CLOUDFRONT",
        DefaultAction={"Allow": {}},
        Rules=[limit, *groups, *limits],
        VisibilityConfig=visible,
    )
    return answer["Summary"]["ARN"]


def test_a_sound_web_acl_passes(clients: Clients, settings: Settings) -> None:
    make_web_acl(clients, settings)
    assert found(clients, settings, "firewall rules") == set()
    assert found(clients, settings, "firewall rule groups") == set()


def test_a_rule_group_that_only_counts_fails(clients: Clients, settings: Settings) -> None:
    make_web_acl(clients, settings, count="AWSManagedRulesSQLiRuleSet")
    assert found(clients, settings, "firewall rules") == {"firewall rules: that only count"}


def test_a_group_that_refuses_every_upload_fails(clients: Clients, settings: Settings) -> None:
    make_web_acl(clients, settings, counted="NoUserAgent_HEADER")
    claim = "firewall rule groups: only counts"
    assert found(clients, settings, "firewall rule groups") == {claim}


@pytest.mark.parametrize(("size", "failures"), [(0, set()), (8192, {"bodies to /api/"})])
def test_a_body_limit_is_the_one_of_the_settings(
    clients: Clients, settings: Settings, size: int, failures: set[str]
) -> None:
    waf = settings.edge.waf.model_copy(update={"body_limits": (BodyLimit(path="/api/"),)})
    edge = settings.edge.model_copy(update={"waf": waf})
    limited = settings.model_copy(update={"edge": edge})
    make_web_acl(clients, limited, size=size)
    expected = {f"firewall rules: {each}" for each in failures}
    assert found(clients, limited, "firewall rules") == expected


def test_a_web_acl_without_log_fails(
    account: Account, clients: Clients, settings: Settings
) -> None:
    arn = make_web_acl(clients, settings)
    assert found(clients, settings, "firewall log") == {"firewall log"}
    virginia = clients.in_us_east_1
    name = "aws-waf-logs-prod-349081-edge"
    there = Account(virginia, settings)
    there.log_group(name, there.key("global-logs"))
    virginia.wafv2.put_logging_configuration(
        LoggingConfiguration={
            "ResourceArn": arn,
            "LogDestinationConfigs": [f"arn:aws:logs:us-east-1:123456789012:log-group:{name}"],
            "RedactedFields": [{"SingleHeader": {"Name": "cookie"}}],
        }
    )
    assert account
    assert found(clients, settings, "firewall log") == {"firewall log: leaves out"}
