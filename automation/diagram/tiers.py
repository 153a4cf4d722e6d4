"""How visitors come in: names, firewall and distribution."""

from collections.abc import Iterable
from itertools import pairwise

from automation.diagram.catalogue import Catalogue
from automation.diagram.items import Item, draw_item
from automation.diagram.shapes import Box, arrow, frame, icon, part, text, tier

# Where the things stand, from left to right.
_VISITORS, _ZONE, _FIREWALL, _DISTRIBUTION, _CHECK = 70, 268, 500, 660, 1080
_FILES = 930
_CLOUDFRONT = "aws_cloudfront_distribution"


def draw(catalogue: Catalogue, area: Box) -> str:
    """The tiers `dns` and `edge`, and the way from visitors to the load balancer and to S3."""
    return "\n".join(
        (
            draw_item(Item("Users", "Visitors", "", ()), (_VISITORS, area.y + 56)),
            *_dns(catalogue, area),
            *_edge(catalogue, area),
            *_ways(catalogue, area),
        )
    )


def _dns(catalogue: Catalogue, area: Box) -> Iterable[str]:
    if not catalogue.within("dns"):
        return
    box = Box(140, area.y, 256, area.height)
    records = catalogue.of("aws_route53_record", "edge")
    names = sorted({each.text("name") for each in records}, key=len)
    zone = Item(
        "AmazonRoute53",
        "Route 53",
        names[0] if names else "",
        (
            *catalogue.of("aws_route53_zone"),
            *records,
        ),
    )
    yield tier(
        "dns",
        frame(box, "outline box"),
        text((box.x + 14, box.y + 22), "DNS", "label"),
        draw_item(zone, (_ZONE, area.y + 56)),
        *_certificates(catalogue, box),
    )


def _certificates(catalogue: Catalogue, box: Box) -> Iterable[str]:
    found = catalogue.of("aws_acm_certificate", "dns")
    if found:
        words = text((box.right - 14, box.y + 22), f"{len(found)} certificates", "small end")
        yield part(found, icon("AWSCertificateManager", (box.right - 108, box.y + 18), 22), words)


def _edge(catalogue: Catalogue, area: Box) -> Iterable[str]:
    if not catalogue.within("edge"):
        return
    box = Box(428, area.y, area.right - 428, area.height)
    things = (
        (_FIREWALL, "AWSWAF", "WAF", "rules, rate limit", "aws_wafv2_web_acl"),
        (_DISTRIBUTION, "AmazonCloudFront", "CloudFront", "HTTPS, cached", _CLOUDFRONT),
        (_CHECK, "AmazonRoute53", "Health check", "from outside", "aws_route53_health_check"),
    )
    drawn = [
        draw_item(Item(name, title, detail, found), (x, area.y + 56))
        for x, name, title, detail, type_ in things
        if (found := catalogue.of(type_, "edge"))
    ]
    label = text((box.x + 14, box.y + 22), "EDGE · worldwide", "label")
    yield tier("edge", frame(box, "outline box"), label, *drawn)


def _ways(catalogue: Catalogue, area: Box) -> Iterable[str]:
    y = area.y + 56
    distributions = catalogue.of(_CLOUDFRONT, "edge")
    if not distributions:
        return
    stops = [_VISITORS, _ZONE, _FIREWALL, _DISTRIBUTION]
    if not catalogue.within("dns"):
        stops.remove(_ZONE)
    if not catalogue.of("aws_wafv2_web_acl", "edge"):
        stops.remove(_FIREWALL)
    yield from (arrow("flow", (x + 27, y), (to - 26, y)) for x, to in pairwise(stops))
    if catalogue.of("aws_lb", "application"):
        x = _DISTRIBUTION
        yield arrow("flow", (x, area.y + 112), (x, area.bottom + 138))
        yield text((x + 10, area.bottom + 20), "HTTPS with a secret header", "small")
    if catalogue.of("aws_s3_bucket", "storage"):
        yield arrow("flow", (_DISTRIBUTION + 26, y), (_FILES, y), (_FILES, area.bottom + 65))
        patterns = [
            str(behaviour["path_pattern"])
            for each in distributions
            for behaviour in each.values.get("ordered_cache_behavior", [])
        ]
        yield text((_DISTRIBUTION + 40, y - 8), ", ".join(patterns), "small")
