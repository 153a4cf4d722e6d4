"""Checks of the edge tier: certificate, CloudFront distribution, web ACL, and the site's names."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from automation.aws.clients import Clients
from automation.checks import (
    Check,
    Claim,
    Finding,
    covers,
    equal,
    holds,
    lookups,
    only,
    run,
    same,
)
from automation.checks.configuration.web import issued
from config import Settings
from config.application import ORIGIN_HEADER

if TYPE_CHECKING:
    from types_boto3_cloudfront.type_defs import (
        DistributionConfigOutputTypeDef,
        DistributionTypeDef,
        OriginOutputTypeDef,
    )
    from types_boto3_wafv2.type_defs import WebACLTypeDef

# https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
RATE_LIMIT = "rate-limit"
# It would refuse every upload and long form.
_COMMON, _BODY_OF_8_KIB = "AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY"


def check_edge(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """CloudFront, the firewall before it, and the site's names."""
    checks: dict[str, Check] = {
        **DISTRIBUTION_CHECKS,
        "certificate": _certificate,
        "access logs": _access_logs,
        **WEB_ACL_CHECKS,
        "names": _names,
    }
    return run("edge", clients, settings, checks)


def _certificate(clients: Clients, settings: Settings) -> Iterator[Claim]:
    return issued(lookups.edge_certificate(clients, settings), settings)


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
    limits = [_body_limit(index) for index, _ in enumerate(wanted.body_limits, start=1)]
    yield equal("in order", names, [RATE_LIMIT, *wanted.managed_rule_groups, *limits])
    by_name = {rule["Name"]: rule for rule in rules}
    limit = by_name[RATE_LIMIT]["Statement"]["RateBasedStatement"]
    yield equal("requests per address", limit["Limit"], wanted.rate_limit)
    yield equal("above the limit", list(by_name[RATE_LIMIT]["Action"]), ["Block"])
    only_count = [rule["Name"] for rule in rules if "Count" in rule.get("OverrideAction", {})]
    yield same("that only count", only_count, wanted.count_only)
    for index, bodies in enumerate(wanted.body_limits, start=1):
        rule = by_name[_body_limit(index)]
        (*_, size) = rule["Statement"]["AndStatement"]["Statements"]
        found = list(rule["Action"]), size["SizeConstraintStatement"]["Size"]
        yield equal(f"bodies to {bodies.path}", found, (["Block"], bodies.kib * 1024))


def _body_limit(index: int) -> str:
    return f"body-limit-{index}"


def _managed(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each rule group is the one of AWS that its rule is named after."""
    for rule in find_web_acl(clients, settings).get("Rules", []):
        group = rule["Statement"].get("ManagedRuleGroupStatement")
        if group is None:
            continue
        yield equal(rule["Name"], (group["VendorName"], group["Name"]), ("AWS", rule["Name"]))
        if group["Name"] == _COMMON:
            overrides = group.get("RuleActionOverrides", [])
            counted = {each["Name"] for each in overrides if "Count" in each["ActionToUse"]}
            yield covers("only counts", counted, [_BODY_OF_8_KIB])


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


# Managed policies have the same ids in every account.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ERROR_PATHS = "/errors/*"
ERROR_PAGE = "errors/unavailable.html"

MINIMUM_TLS = "TLSv1.2_2021"


def _find(clients: Clients, settings: Settings) -> "DistributionTypeDef":
    id_ = lookups.distribution_id(clients, settings)
    return clients.cloudfront.get_distribution(Id=id_)["Distribution"]


def _config(clients: Clients, settings: Settings) -> "DistributionConfigOutputTypeDef":
    return _find(clients, settings)["DistributionConfig"]


def _distribution(clients: Clients, settings: Settings) -> Iterator[Claim]:
    distribution = _find(clients, settings)
    config = distribution["DistributionConfig"]
    yield equal("state", distribution["Status"], "Deployed")
    yield equal("enabled", config["Enabled"], True)
    yield same("names", config.get("Aliases", {}).get("Items", []), settings.site_names)
    yield equal("HTTP", config.get("HttpVersion", "").lower(), "http2and3")
    yield equal("IPv6", config.get("IsIPV6Enabled"), True)
    yield equal("price class", config.get("PriceClass"), settings.edge.price_class)
    blocked = config.get("Restrictions", {}).get("GeoRestriction", {}).get("Items", [])
    yield same("blocked countries", blocked, settings.edge.blocked_countries)


def _tls(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = _config(clients, settings).get("ViewerCertificate", {})
    certificate = lookups.edge_certificate(clients, settings).get("CertificateArn")
    yield equal("certificate", found.get("ACMCertificateArn"), certificate)
    yield equal("oldest TLS", found.get("MinimumProtocolVersion"), MINIMUM_TLS)
    yield equal("by", found.get("SSLSupportMethod"), "sni-only")


def _firewall(clients: Clients, settings: Settings) -> Iterator[Claim]:
    expected = find_web_acl(clients, settings)["ARN"]
    yield equal("is", _config(clients, settings).get("WebACLId"), expected)


def _origin(clients: Clients, settings: Settings, id_: str) -> "OriginOutputTypeDef":
    origins = _config(clients, settings)["Origins"]["Items"]
    return {each["Id"]: each for each in origins}[id_]


def _application_origin(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """The load balancer over TLS, with the current secret, whose value is never shown."""
    origin = _origin(clients, settings, "application")
    balancer = lookups.load_balancer(clients, settings).get("DNSName")
    yield equal("is", origin["DomainName"], balancer)
    private = settings.application.load_balancer == "private"
    way: Mapping[str, Any] = (
        origin.get("VpcOriginConfig", {}) if private else origin.get("CustomOriginConfig", {})
    )
    timeout = settings.edge.origin_timeout_seconds
    yield equal("seconds to answer", way.get("OriginReadTimeout"), timeout)
    if private:
        yield from _vpc_origin(clients, settings, way.get("VpcOriginId"))
    else:
        yield from _over_tls(way)
    headers = {
        each["HeaderName"]: each["HeaderValue"]
        for each in origin.get("CustomHeaders", {}).get("Items", [])
    }
    yield same("headers", headers, [ORIGIN_HEADER])
    version = settings.application.origin_secret_version
    secret = lookups.origin_secret(clients, settings, version=version)
    current = headers.get(ORIGIN_HEADER) == secret
    found = "the current secret" if current else "another value"
    yield holds("value", current, found=found, expected="the current secret")


def _vpc_origin(clients: Clients, settings: Settings, id_: str | None) -> Iterator[Claim]:
    """CloudFront's interfaces beside the load balancer, which no internet leads to."""
    found = clients.cloudfront.get_vpc_origin(Id=id_ or "none")["VpcOrigin"]
    yield equal("VPC origin", found["Status"], "Deployed")
    endpoint = found["VpcOriginEndpointConfig"]
    yield equal("VPC origin's name", endpoint["Name"], settings.naming.name("application"))
    balancer = lookups.load_balancer(clients, settings)["LoadBalancerArn"]
    yield equal("VPC origin leads to", endpoint["Arn"], balancer)
    yield equal("port", endpoint["HTTPSPort"], 443)
    yield from _over_tls(endpoint)


def _over_tls(way: Mapping[str, Any]) -> Iterator[Claim]:
    yield equal("protocol", way.get("OriginProtocolPolicy"), "https-only")
    yield equal("TLS", way.get("OriginSslProtocols", {}).get("Items"), ["TLSv1.2"])


def _assets_origin(clients: Clients, settings: Settings) -> Iterator[Claim]:
    origin = _origin(clients, settings, "assets")
    bucket = settings.naming.bucket("assets")
    yield equal("is", origin["DomainName"], f"{bucket}.s3.{settings.region}.amazonaws.com")
    pages = clients.cloudfront.get_paginator("list_origin_access_controls").paginate()
    controls = [each for page in pages for each in page["OriginAccessControlList"].get("Items", [])]
    name = settings.naming.name("assets")
    control = only(
        (each for each in controls if each["Name"] == name), f"origin access control {name}"
    )
    signs = control["OriginAccessControlOriginType"], control["SigningBehavior"]
    yield equal("reads are signed", signs, ("s3", "always"))
    yield equal("access control", origin.get("OriginAccessControlId"), control["Id"])


def _dynamic(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = _config(clients, settings)["DefaultCacheBehavior"]
    yield equal("come from", found["TargetOriginId"], "application")
    yield equal("caching", found.get("CachePolicyId"), CACHING_DISABLED)
    yield equal("sends on", found.get("OriginRequestPolicyId"), ALL_VIEWER)
    yield equal("without TLS", found["ViewerProtocolPolicy"], "redirect-to-https")


def _static(clients: Clients, settings: Settings) -> Iterator[Claim]:
    behaviors = _config(clients, settings).get("CacheBehaviors", {}).get("Items", [])
    paths = [each["PathPattern"] for each in behaviors]
    yield equal("are", paths, [*settings.edge.static_paths, ERROR_PATHS])
    for each in behaviors:
        found = each["TargetOriginId"], each.get("CachePolicyId"), each["ViewerProtocolPolicy"]
        expected = "assets", CACHING_OPTIMIZED, "redirect-to-https"
        yield equal(each["PathPattern"], found, expected)


def _headers(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Every behaviour sets the same security headers."""
    config = _config(clients, settings)
    behaviors: list[Any] = [
        config["DefaultCacheBehavior"],
        *config.get("CacheBehaviors", {}).get("Items", []),
    ]
    policies = {each.get("ResponseHeadersPolicyId") for each in behaviors}
    yield equal("policies", len(policies), 1)
    answer = clients.cloudfront.get_response_headers_policy(Id=policies.pop() or "")
    policy = answer["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    yield equal("name", policy["Name"], settings.naming.name("response-headers"))
    headers = policy.get("SecurityHeadersConfig", {})
    csp = headers.get("ContentSecurityPolicy", {}).get("ContentSecurityPolicy")
    yield equal("Content-Security-Policy", csp, settings.edge.content_security_policy)
    wanted = settings.edge.response_headers
    transport = headers.get("StrictTransportSecurity", {})
    seconds = transport.get("AccessControlMaxAgeSec")
    yield equal("seconds of HTTPS only", seconds, wanted.transport_security_seconds)
    whole = transport.get("IncludeSubdomains", False), transport.get("Preload", False)
    yield equal("subdomains, preload", whole, (wanted.include_subdomains, wanted.preload))
    replaced = [
        *(name for part, name in _SECURITY_HEADERS.items() if _overrides(headers.get(part))),
        *(each["Header"] for each in _custom(policy) if _overrides(each)),
    ]
    yield same("replace the application's", replaced, wanted.override)


# What they are called in the API.
_SECURITY_HEADERS = {
    "ContentSecurityPolicy": "Content-Security-Policy",
    "ContentTypeOptions": "X-Content-Type-Options",
    "FrameOptions": "X-Frame-Options",
    "ReferrerPolicy": "Referrer-Policy",
    "StrictTransportSecurity": "Strict-Transport-Security",
}


def _overrides(header: Any) -> bool:
    return bool(header and header["Override"])


def _custom(policy: Any) -> list[Any]:
    items: list[Any] = policy.get("CustomHeadersConfig", {}).get("Items", [])
    return items


def _errors(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """What viewers see while the application cannot answer, and that it is there."""
    responses = _config(clients, settings).get("CustomErrorResponses", {}).get("Items", [])
    found = {
        each["ErrorCode"]: (each.get("ResponseCode"), each.get("ResponsePagePath"))
        for each in responses
    }
    yield equal("by status", found, dict.fromkeys((502, 503, 504), ("503", f"/{ERROR_PAGE}")))
    page = clients.s3.head_object(Bucket=settings.naming.bucket("assets"), Key=ERROR_PAGE)
    yield equal("content type", page["ContentType"], "text/html; charset=utf-8")


DISTRIBUTION_CHECKS: Mapping[str, Check] = {
    "distribution": _distribution,
    "distribution TLS": _tls,
    "distribution firewall": _firewall,
    "application origin": _application_origin,
    "assets origin": _assets_origin,
    "dynamic paths": _dynamic,
    "static paths": _static,
    "response headers": _headers,
    "error pages": _errors,
}
