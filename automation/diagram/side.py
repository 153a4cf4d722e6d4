"""The tiers beside the network, and below all those of which nothing is known but their names."""

from collections.abc import Iterable

from automation.diagram.catalogue import Catalogue, Resource
from automation.diagram.items import Item, draw_item
from automation.diagram.shapes import Box, frame, part, text, tier

_BESIDE = ("storage", "monitoring", "audit", "security")
_KNOWN = frozenset((*_BESIDE, "network", "dns", "database", "application", "edge"))
_GAP = 14


def places(area: Box) -> tuple[Box, Box, Box, Box]:
    """Where storage, monitoring, audit and security stand, one below the other."""
    height = (area.height - 3 * _GAP) / 4
    top, second, third, last = (
        Box(area.x, area.y + each * (height + _GAP), area.width, height) for each in range(4)
    )
    return top, second, third, last


def draw(catalogue: Catalogue, area: Box) -> str:
    """The boxes of the tiers that there are."""
    drawn = zip(
        _BESIDE,
        (_storage, _monitoring, _audit, _security),
        places(area),
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
    details = {"assets": "access point", "artifacts": "releases", "logs": "access logs"}
    # The assets first: there the distribution's arrow ends.
    buckets = catalogue.of("aws_s3_bucket", "storage")
    for each in sorted(buckets, key=lambda bucket: bucket.path[1] != "assets"):
        construct = each.path[1]
        points = catalogue.of("aws_s3_access_point") if construct == "assets" else ()
        resources = (*catalogue.below("storage", construct), *points)
        detail = details.get(construct, "")
        yield Item("AmazonSimpleStorageService", construct.capitalize(), detail, resources)


def _monitoring(catalogue: Catalogue) -> Iterable[Item]:
    alarms = catalogue.of("aws_cloudwatch_metric_alarm", "monitoring")
    shown = (*alarms, *catalogue.of("aws_cloudwatch_composite_alarm", "monitoring"))
    boards = catalogue.of("aws_cloudwatch_dashboard", "monitoring")
    traces = catalogue.of("aws_xray_sampling_rule", "monitoring")
    topics = catalogue.of("aws_sns_topic", "monitoring")
    yield Item("AmazonCloudWatch", "CloudWatch", f"{len(shown)} alarms", (*shown, *boards))
    yield Item("AWSXRay", "X-Ray", _share(traces), traces)
    yield Item("AmazonSimpleNotificationService", "SNS", f"{len(topics)} topics", topics)


def _share(rules: tuple[Resource, ...]) -> str:
    rates = [float(each.values.get("fixed_rate", 0)) for each in rules]
    return f"traces {max(rates, default=0):.0%}"


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
