"""Checks of the DNS tier, and of the web tier: load balancer, listeners and certificate."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks import Check, Claim, Finding, equal, holds, lookups, only, run, same
from automation.checks.lookups import load_balancer
from config import Settings
from config.application import ORIGIN_SECRETS

if TYPE_CHECKING:
    from types_boto3_acm.type_defs import CertificateDetailTypeDef
    from types_boto3_elbv2.type_defs import ListenerTypeDef

AMAZON_ISSUERS = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
HTTP, HTTPS = 80, 443
SSL_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"


def check_dns(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """The zone is there, only Amazon issues certificates for it, and its queries are logged."""
    checks = {"hosted zone": _hosted_zone}
    if settings.dns.hosted_zone_id is None:
        checks["certificate issuers"] = _issuers
        if settings.dns.query_logging:
            checks["query log"] = _query_log
    return run("dns", clients, settings, checks)


def _hosted_zone(clients: Clients, settings: Settings) -> Iterator[Claim]:
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


def check_web(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """A certificate, and a load balancer that turns away what no rule lets through."""
    checks: dict[str, Check] = {
        "certificate": _certificate,
        "load balancer": _load_balancer,
        "load balancers": _load_balancers,
        "load balancer attributes": _attributes,
        "listeners": _listeners,
        "HTTPS listener": _https,
        "HTTP listener": _http,
        "readers of the origin's secrets": _secret_readers,
    }
    return run("web", clients, settings, checks)


def _certificate(clients: Clients, settings: Settings) -> Iterator[Claim]:
    return issued(lookups.web_certificate(clients, settings), settings)


def issued(certificate: "CertificateDetailTypeDef", settings: Settings) -> Iterator[Claim]:
    """Claims that a certificate is good for every name of the site."""
    yield equal("state", certificate.get("Status"), "ISSUED")
    yield same("names", certificate.get("SubjectAlternativeNames", []), settings.site_names)


def listener(clients: Clients, settings: Settings, port: int) -> "ListenerTypeDef":
    """The load balancer's listener on a port."""
    arn = load_balancer(clients, settings)["LoadBalancerArn"]
    answer = clients.elbv2.describe_listeners(LoadBalancerArn=arn)
    return only(
        (each for each in answer["Listeners"] if each.get("Port") == port),
        f"listener on port {port}",
    )


def _load_balancer(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = load_balancer(clients, settings)
    yield equal("state", found["State"].get("Code"), "active")
    yield equal("kind", found.get("Type"), "application")
    private = settings.application.load_balancer == "private"
    yield equal("scheme", found.get("Scheme"), "internal" if private else "internet-facing")
    purposes = ("web", "web-http")
    groups = [lookups.group_id(clients, settings, purpose) for purpose in purposes]
    yield same("security groups", found.get("SecurityGroups", []), groups)
    zones = [zone.get("SubnetId") for zone in found.get("AvailabilityZones", [])]
    yield same(
        "subnets", zones, lookups.subnet_ids(clients, settings, "app" if private else "public")
    )


def _load_balancers(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """None is left that nothing asks any more, or lacks that is about to take over."""
    names = {lookups.load_balancer_name(settings, each) for each in ("public", "private")}
    pages = clients.elbv2.get_paginator("describe_load_balancers").paginate()
    there = {each.get("LoadBalancerName") for page in pages for each in page["LoadBalancers"]}
    wanted = {lookups.load_balancer_name(settings, each) for each in settings.load_balancers}
    yield same("are", there & names, wanted)


def _attributes(clients: Clients, settings: Settings) -> Iterator[Claim]:
    arn = load_balancer(clients, settings)["LoadBalancerArn"]
    answer = clients.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)
    found = {each["Key"]: each["Value"] for each in answer["Attributes"]}
    expected = {
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": settings.naming.bucket("logs"),
        "access_logs.s3.prefix": "alb",
        "deletion_protection.enabled": "true" if settings.deletion_protection else "false",
        "idle_timeout.timeout_seconds": str(settings.application.idle_timeout_seconds),
        "routing.http.desync_mitigation_mode": "defensive",
        "routing.http.drop_invalid_header_fields.enabled": "true",
    }
    for key, value in expected.items():
        yield equal(key, found.get(key), value)


def _https(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = listener(clients, settings, HTTPS)
    yield equal("protocol", found.get("Protocol"), "HTTPS")
    yield equal("TLS policy", found.get("SslPolicy"), SSL_POLICY)
    certificates = [each.get("CertificateArn") for each in found.get("Certificates", [])]
    expected = lookups.web_certificate(clients, settings).get("CertificateArn")
    yield equal("certificate", certificates, [expected])
    actions = [
        (each["Type"], each.get("FixedResponseConfig", {}).get("StatusCode"))
        for each in found.get("DefaultActions", [])
    ]
    yield equal("what no rule lets through", actions, [("fixed-response", "403")])


def _http(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = listener(clients, settings, HTTP)
    redirects = [each.get("RedirectConfig", {}) for each in found.get("DefaultActions", [])]
    to = [(each.get("Protocol"), each.get("Port"), each.get("StatusCode")) for each in redirects]
    yield equal("redirects to", to, [("HTTPS", str(HTTPS), "HTTP_301")])


def _listeners(clients: Clients, settings: Settings) -> Iterator[Claim]:
    arn = load_balancer(clients, settings)["LoadBalancerArn"]
    answer = clients.elbv2.describe_listeners(LoadBalancerArn=arn)
    yield same("ports", [each.get("Port") for each in answer["Listeners"]], [HTTP, HTTPS])


def _secret_readers(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Who plans and deploys has to know them; instances never do."""
    for each in ORIGIN_SECRETS:
        yield lookups.readers_named(clients, settings, each, roles=("plan", "deploy"))
