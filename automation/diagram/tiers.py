"""Draws the tiers around the network: the way in above it, the others beside and below it."""

from collections.abc import Iterable
from itertools import pairwise

from automation.diagram.model import Catalogue
from automation.diagram.svg import Box, Item, arrow, draw_item, frame, icon, part, text, tier

# Where the things stand, from left to right.
_VISITORS, _ZONE, _FIREWALL, _DISTRIBUTION, _CHECK = 70, 268, 500, 660, 1080
_FILES = 930
_CLOUDFRONT = "aws_cloudfront_distribution"
_HEALTH_CHECK = "aws_route53_health_check"


def draw_entrance(catalogue: Catalogue, area: Box) -> str:
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
    # With a zone that is not the platform's own, the tier has no resources.
    if "dns" not in catalogue.names:
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
    )


def certificate(catalogue: Catalogue, stack: str, end: tuple[float, float]) -> Iterable[str]:
    """The certificate of a tier, in a line that ends at a point."""
    found = catalogue.of("aws_acm_certificate", stack)
    if found:
        (x, y) = end
        words = text((x, y + 4), "certificate", "small end")
        yield part(found, icon("AWSCertificateManager", (x - 74, y), 22), words)


def _edge(catalogue: Catalogue, area: Box) -> Iterable[str]:
    if not catalogue.within("edge"):
        return
    box = Box(428, area.y, area.right - 428, area.height)
    things = (
        (_FIREWALL, "AWSWAF", "WAF", "rules, rate limit", "edge", "aws_wafv2_web_acl"),
        (_DISTRIBUTION, "AmazonCloudFront", "CloudFront", "HTTPS, cached", "edge", _CLOUDFRONT),
        (_CHECK, "AmazonRoute53", "Health check", "from outside", "monitoring", _HEALTH_CHECK),
    )
    drawn = [
        draw_item(Item(name, title, detail, found), (x, area.y + 56))
        for x, name, title, detail, stack, type_ in things
        if (found := catalogue.of(type_, stack))
    ]
    label = text((box.x + 14, box.y + 22), "EDGE · worldwide", "label")
    drawn += certificate(catalogue, "edge", (box.right - 14, box.y + 18))
    yield tier("edge", frame(box, "outline box"), label, *drawn)


def _ways(catalogue: Catalogue, area: Box) -> Iterable[str]:
    y = area.y + 56
    distributions = catalogue.of(_CLOUDFRONT, "edge")
    if not distributions:
        return
    stops = [_VISITORS, _ZONE, _FIREWALL, _DISTRIBUTION]
    if "dns" not in catalogue.names:
        stops.remove(_ZONE)
    if not catalogue.of("aws_wafv2_web_acl", "edge"):
        stops.remove(_FIREWALL)
    yield from (arrow("flow", (x + 27, y), (to - 26, y)) for x, to in pairwise(stops))
    if catalogue.of("aws_lb", "web"):
        x, origins = _DISTRIBUTION, catalogue.of("aws_cloudfront_vpc_origin", "edge")
        down = 138 + (92 if origins else 0)
        yield arrow("flow", (x, area.y + 112), (x, area.bottom + down))
        yield text((x + 10, area.bottom + 20), "HTTPS with a secret header", "small")
        if origins:
            words = text((x + 10, area.bottom + 50), "through a VPC origin", "small")
            yield tier("edge", part(origins, words))
    if catalogue.of("aws_s3_bucket", "storage"):
        yield arrow("flow", (_DISTRIBUTION + 26, y), (_FILES, y), (_FILES, area.bottom + 65))
        patterns = [
            str(behaviour["path_pattern"])
            for each in distributions
            for behaviour in each.values.get("ordered_cache_behavior", [])
        ]
        yield text((_DISTRIBUTION + 40, y - 8), ", ".join(patterns), "small")


_BESIDE = ("storage", "logs", "monitoring", "audit", "security")
_KNOWN = frozenset((*_BESIDE, "network", "dns", "database", "web", "application", "edge"))
_LOGS = 0.34
_GAP = 14


def places(area: Box) -> tuple[Box, Box, Box, Box]:
    """Where storage and logs, monitoring, audit and security stand, one below the other."""
    height = (area.height - 3 * _GAP) / 4
    top, second, third, last = (
        Box(area.x, area.y + each * (height + _GAP), area.width, height) for each in range(4)
    )
    return top, second, third, last


def draw_side(catalogue: Catalogue, area: Box) -> str:
    """The boxes of the tiers that there are."""
    top, *others = places(area)
    right = (top.width - _GAP) * _LOGS
    logs = Box(top.right - right, top.y, right, top.height)
    storage = Box(top.x, top.y, top.width - right - _GAP, top.height)
    drawn = zip(
        _BESIDE,
        (_storage, _logs, _monitoring, _audit, _security),
        (storage, logs, *others),
        strict=True,
    )
    return "\n".join(
        _box(name, [item for item in items(catalogue) if item.resources], place)
        for name, items, place in drawn
        if catalogue.within(name)
    )


def others(catalogue: Catalogue, area: Box) -> str | None:
    """The stacks of which this picture knows nothing but their names; None without any."""
    unknown = [stack for stack in catalogue.stacks if stack.name not in _KNOWN]
    if not unknown:
        return None
    boxes = zip(unknown, area.columns(max(len(unknown), 4), _GAP), strict=False)
    return "\n".join(
        tier(
            stack.name,
            part(
                catalogue.within(stack.name),
                frame(box, "outline box"),
                text((box.x + 14, box.y + 22), stack.name.upper(), "label"),
                text((box.x + 14, box.y + 52), _resources(stack.resources), "small"),
            ),
        )
        for stack, box in boxes
    )


def _resources(count: int) -> str:
    return f"{count} resource{'' if count == 1 else 's'}"


def _box(name: str, items: list[Item], box: Box) -> str:
    inner = Box(box.x + 6, box.y, box.width - 12, box.height)
    columns = inner.columns(max(len(items), 1))
    return tier(
        name,
        frame(box, "outline box"),
        text((box.x + 14, box.y + 22), name.upper(), "label"),
        *(
            draw_item(item, (column.center, box.y + 60), 40)
            for item, column in zip(items, columns, strict=False)
        ),
    )


def _storage(catalogue: Catalogue) -> Iterable[Item]:
    details = {"assets": "access point", "artifacts": "releases"}
    # The assets first: there the distribution's arrow ends.
    buckets = catalogue.of("aws_s3_bucket", "storage")
    for each in sorted(buckets, key=lambda bucket: bucket.path[1] != "assets"):
        construct = each.path[1]
        points = catalogue.of("aws_s3_access_point") if construct == "assets" else ()
        resources = (*catalogue.below("storage", construct), *points)
        detail = details.get(construct, "")
        yield Item("AmazonSimpleStorageService", construct.capitalize(), detail, resources)


def _logs(catalogue: Catalogue) -> Iterable[Item]:
    for each in catalogue.of("aws_s3_bucket", "logs"):
        resources = catalogue.below("logs", each.path[1])
        yield Item("AmazonSimpleStorageService", "Logs", "of access", resources)


def _monitoring(catalogue: Catalogue) -> Iterable[Item]:
    alarms = catalogue.of("aws_cloudwatch_metric_alarm", "monitoring")
    shown = (*alarms, *catalogue.of("aws_cloudwatch_composite_alarm", "monitoring"))
    boards = catalogue.of("aws_cloudwatch_dashboard", "monitoring")
    traces = catalogue.of("aws_xray_group", "monitoring")
    topics = catalogue.of("aws_sns_topic", "monitoring")
    yield Item("AmazonCloudWatch", "CloudWatch", f"{len(shown)} alarms", (*shown, *boards))
    yield Item("AWSXRay", "X-Ray", "slow or failed", traces)
    yield Item("AmazonSimpleNotificationService", "SNS", f"{len(topics)} topics", topics)


def _audit(catalogue: Catalogue) -> Iterable[Item]:
    yield Item("AWSCloudTrail", "CloudTrail", "all regions", catalogue.of("aws_cloudtrail"))
    buckets = catalogue.of("aws_s3_bucket", "audit")
    yield Item("AmazonSimpleStorageService", "Trail", "log files", buckets)
    plans = catalogue.of("aws_backup_plan")
    days = [rule["lifecycle"]["delete_after"] for each in plans for rule in each.values["rule"]]
    kept = f"kept {max(days)} days" if days else ""
    yield Item("AWSBackup", "Backup", kept, (*plans, *catalogue.of("aws_backup_vault")))


def _security(catalogue: Catalogue) -> Iterable[Item]:
    for each in catalogue.of("aws_kms_key", "security"):
        construct = each.path[1]
        resources = catalogue.below("security", construct)
        place = "us-east-1" if construct.startswith("global-") else "KMS key"
        yield Item("AWSKeyManagementService", construct.removeprefix("global-"), place, resources)
