"""Checks of the edge tier."""

from collections.abc import Iterator

from automation.aws.clients import Clients
from automation.checks import lookups
from automation.checks.check import Check, Claim, Finding, equal, only, run
from automation.checks.configuration.distribution import DISTRIBUTION_CHECKS, WEB_ACL_CHECKS
from config import Settings

# https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"


def check_edge(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """CloudFront, the firewall before it, the site's names and the check from outside."""
    checks: dict[str, Check] = {
        **DISTRIBUTION_CHECKS,
        "access logs": _access_logs,
        **WEB_ACL_CHECKS,
        "names": _names,
        "health check": _health_check,
    }
    return run("edge", clients, settings, checks)


def _access_logs(clients: Clients, settings: Settings) -> Iterator[Claim]:
    logs, name = clients.in_us_east_1.logs, settings.naming.name("access-logs")
    source = logs.get_delivery_source(name=name)["deliverySource"]
    distribution = lookups.distribution_id(clients, settings)
    arn = settings.naming.arn("cloudfront", f"distribution/{distribution}", region="")
    yield equal("of", source.get("resourceArns"), [arn])
    destination = logs.get_delivery_destination(name=name)["deliveryDestination"]
    bucket = destination.get("deliveryDestinationConfiguration", {}).get("destinationResourceArn")
    yield equal("go to", bucket, f"{settings.naming.bucket_arn('logs')}/cloudfront")
    deliveries = [
        each.get("deliveryDestinationArn")
        for each in logs.describe_deliveries()["deliveries"]
        if each.get("deliverySourceName") == name
    ]
    yield equal("are delivered to", deliveries, [destination["arn"]])


def _names(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Every name of the site leads to the distribution, over IPv4 and IPv6."""
    pages = clients.route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=lookups.zone_id(clients, settings)
    )
    # Route 53 writes the asterisk of a wildcard as an octal number.
    found = {
        (each["Name"].replace("\\052", "*").removesuffix("."), each["Type"]): each.get(
            "AliasTarget"
        )
        for page in pages
        for each in page["ResourceRecordSets"]
    }
    distribution = clients.cloudfront.get_distribution(
        Id=lookups.distribution_id(clients, settings)
    )["Distribution"]
    expected = (distribution["DomainName"], CLOUDFRONT_ZONE)
    for name in settings.site_names:
        for kind in ("A", "AAAA"):
            alias = found.get((name, kind))
            target = (alias["DNSName"].removesuffix("."), alias["HostedZoneId"]) if alias else None
            yield equal(f"{name} ({kind})", target, expected)


def _health_check(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Ours is known by its name: anybody may check the same site."""
    pages = clients.route53.get_paginator("list_health_checks").paginate()
    checks = [each for page in pages for each in page["HealthChecks"]]
    of_site = [
        each
        for each in checks
        if each["HealthCheckConfig"].get("FullyQualifiedDomainName") == settings.domain
    ]
    name = settings.naming.name("site")
    found = only(
        (each for each in of_site if _health_check_name(clients, each["Id"]) == name),
        f"health check {name}",
    )["HealthCheckConfig"]
    yield equal("kind", (found["Type"], found.get("Port")), ("HTTPS", 443))
    yield equal("path", found.get("ResourcePath"), settings.application.health_check.path)
    turned = found.get("Disabled", False), found.get("Inverted", False)
    yield equal("switched off, turned around", turned, (False, False))
    yield equal("host name in TLS", found.get("EnableSNI"), True)
    yield equal("seconds between requests", found.get("RequestInterval"), 30)


def _health_check_name(clients: Clients, id_: str) -> str | None:
    answer = clients.route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId=id_)
    return lookups.tags_of(answer["ResourceTagSet"]).get("Name")
