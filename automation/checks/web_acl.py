"""Checks of the web application firewall."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from automation.checks import lookups
from automation.checks.claim import Check, Claim, equal, only, same
from automation.checks.clients import Clients
from config import Settings

if TYPE_CHECKING:
    from types_boto3_wafv2.type_defs import WebACLTypeDef

RATE_LIMIT = "rate-limit"


def find_web_acl(clients: Clients, settings: Settings) -> "WebACLTypeDef":
    """The web ACL before CloudFront, which lives in us-east-1."""
    wafv2, name = clients.in_us_east_1.wafv2, settings.naming.name("edge")
    answer = wafv2.list_web_acls(Scope="CLOUDFRONT", Limit=100)
    found = only((each for each in answer["WebACLs"] if each.get("Name") == name), f"ACL {name}")
    return wafv2.get_web_acl(Name=name, Scope="CLOUDFRONT", Id=found["Id"])["WebACL"]


def _rules(clients: Clients, settings: Settings) -> Iterator[Claim]:
    wanted = settings.edge.waf
    acl = find_web_acl(clients, settings)
    yield equal("else", list(acl["DefaultAction"]), ["Allow"])
    rules = sorted(acl.get("Rules", []), key=lambda rule: rule["Priority"])
    names = [rule["Name"] for rule in rules]
    yield equal("in order", names, [RATE_LIMIT, *wanted.managed_rule_groups])
    by_name = {rule["Name"]: rule for rule in rules}
    limit = by_name[RATE_LIMIT]["Statement"]["RateBasedStatement"]
    yield equal("requests per address", limit["Limit"], wanted.rate_limit)
    yield equal("above the limit", list(by_name[RATE_LIMIT]["Action"]), ["Block"])
    only_count = [rule["Name"] for rule in rules if "Count" in rule.get("OverrideAction", {})]
    yield same("that only count", only_count, wanted.count_only)


def _managed(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each rule group is the one of AWS that its rule is named after."""
    for rule in find_web_acl(clients, settings).get("Rules", []):
        if rule["Name"] != RATE_LIMIT:
            group = rule["Statement"]["ManagedRuleGroupStatement"]
            yield equal(rule["Name"], (group["VendorName"], group["Name"]), ("AWS", rule["Name"]))


def _log(clients: Clients, settings: Settings) -> Iterator[Claim]:
    wafv2, arn = clients.in_us_east_1.wafv2, find_web_acl(clients, settings)["ARN"]
    found = wafv2.get_logging_configuration(ResourceArn=arn)["LoggingConfiguration"]
    name = f"aws-waf-logs-{settings.naming.name('edge')}"
    group = settings.naming.arn("logs", f"log-group:{name}", region=clients.in_us_east_1.region)
    places = [each.removesuffix(":*") for each in found["LogDestinationConfigs"]]
    yield equal("goes to", places, [group])
    redacted = [each["SingleHeader"]["Name"] for each in found.get("RedactedFields", [])]
    yield same("leaves out", redacted, ("authorization", "cookie"))
    yield from lookups.log_group(clients.in_us_east_1, settings, name, key="global-logs")


WEB_ACL_CHECKS: Mapping[str, Check] = {
    "firewall rules": _rules,
    "firewall rule groups": _managed,
    "firewall log": _log,
}
