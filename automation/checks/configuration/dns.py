"""Checks of the DNS tier."""

from collections.abc import Iterator

from automation.aws.clients import Clients
from automation.checks import Claim, Finding, equal, holds, lookups, only, run, same
from config import Settings

AMAZON_ISSUERS = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")


def check_dns(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """The zone is there, only Amazon issues certificates for it, and its queries are logged."""
    checks = {"hosted zone": _zone}
    if settings.dns.hosted_zone_id is None:
        checks["certificate issuers"] = _issuers
        if settings.dns.query_logging:
            checks["query log"] = _query_log
    return run("dns", clients, settings, checks)


def _zone(clients: Clients, settings: Settings) -> Iterator[Claim]:
    zone_id = lookups.zone_id(clients, settings)
    zone = clients.route53.get_hosted_zone(Id=zone_id)["HostedZone"]
    suffix = zone["Name"].removesuffix(".")
    belongs = f".{settings.domain}".endswith(f".{suffix}")
    yield holds("holds the domain", belongs, found=suffix, expected=settings.domain)


def _issuers(clients: Clients, settings: Settings) -> Iterator[Claim]:
    answer = clients.route53.list_resource_record_sets(
        HostedZoneId=lookups.zone_id(clients, settings),
        StartRecordName=settings.domain,
        StartRecordType="CAA",
    )
    records = [
        record["Value"]
        for each in answer["ResourceRecordSets"]
        if (each["Name"], each["Type"]) == (f"{settings.domain}.", "CAA")
        for record in each.get("ResourceRecords", [])
    ]
    yield same("allowed", records, [f'0 issue "{issuer}"' for issuer in AMAZON_ISSUERS])


def _query_log(clients: Clients, settings: Settings) -> Iterator[Claim]:
    zone_id = lookups.zone_id(clients, settings)
    pages = clients.route53.get_paginator("list_query_logging_configs").paginate()
    configs = [each for page in pages for each in page["QueryLoggingConfigs"]]
    config = only(
        (each for each in configs if each["HostedZoneId"].endswith(zone_id)),
        f"query log of {zone_id}",
    )
    name = f"/aws/route53/{settings.naming.name('queries')}"
    group = settings.naming.arn("logs", f"log-group:{name}", region=clients.in_us_east_1.region)
    yield equal("goes to", config["CloudWatchLogsLogGroupArn"].removesuffix(":*"), group)
    yield from lookups.log_group(clients.in_us_east_1, settings, name, key="global-logs")
