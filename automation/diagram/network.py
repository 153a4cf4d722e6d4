"""The network: zones, subnets, and what stands in them."""

from collections.abc import Iterable, Mapping

from automation.diagram import model, tiers
from automation.diagram.model import Catalogue, Copy, Zone
from automation.diagram.svg import (
    Box,
    Item,
    arrow,
    draw_item,
    frame,
    icon,
    line,
    part,
    text,
    tier,
    upright,
)

_TITLES = {"public": "PUBLIC", "app": "APPLICATION", "database": "DATABASE"}
# What is on the edge of the VPC, and how far from its left.
_GATEWAYS = (
    ("aws_internet_gateway", "internet gateway", 296),
    ("aws_egress_only_internet_gateway", "egress-only gateway", 446),
)
_ROWS = {"public": 132, "app": 136, "database": 136}
# What a private load balancer takes of the application's row.
_BALANCER = 50
_TOP, _GAP, _LEFT, _RIGHT = 62, 10, 24, 14


def rows(vpc: Box, *, private: bool) -> Mapping[str, Box]:
    """Where the subnets of each tier are, with a private load balancer in the application's."""
    placed = {}
    y = vpc.y + _TOP
    moved = _BALANCER if private else 0
    for name, usual in _ROWS.items():
        height = usual + {"public": -moved, "app": moved}.get(name, 0)
        placed[name] = Box(vpc.x + _LEFT + 8, y, vpc.width - _LEFT - _RIGHT - 16, height)
        y += height + _GAP
    return placed


def draw(catalogue: Catalogue, vpc: Box) -> str:
    """The tiers `network`, `web`, `application` and `database`."""
    zones = model.zones(catalogue)
    if not zones:
        return tier("network") if catalogue.within("network") else ""
    inner = Box(vpc.x + _LEFT, vpc.y, vpc.width - _LEFT - _RIGHT, vpc.height)
    columns = inner.columns(len(zones), _GAP)
    private = model.private(catalogue)
    placed = rows(vpc, private=private)
    return "\n".join(
        (
            tier(
                "network",
                _vpc(catalogue, vpc),
                *(
                    _zone(zone, column, vpc, placed)
                    for zone, column in zip(zones, columns, strict=True)
                ),
                _endpoints(catalogue, vpc, placed["database"].bottom + 20),
                *_egress(zones, columns, placed),
            ),
            *_web(catalogue, placed["app" if private else "public"]),
            *_application(catalogue, columns, placed, private=private),
            *_database(catalogue, columns, placed),
            tier("network", *_ranges(zones, columns, vpc, placed)),
        )
    )


def _vpc(catalogue: Catalogue, box: Box) -> str:
    ranges = " ".join(each.text("cidr_block") for each in catalogue.of("aws_vpc", "network"))
    drawn = [
        frame(box, "outline vpc"),
        text((box.x + 16, box.y + 24), "NETWORK", "label"),
        text((box.x + 92, box.y + 24), f"VPC {ranges}", "small"),
    ]
    for kind, words, x in _GATEWAYS:
        if gateways := catalogue.of(kind, "network"):
            drawn += [
                part(gateways, icon("AmazonVPCInternetGateway", (box.x + x, box.y), 32)),
                text((box.x + x + 20, box.y - 7), words, "small"),
            ]
    return part(catalogue.of("aws_vpc", "network"), *drawn)


def _zone(zone: Zone, column: Box, vpc: Box, placed: Mapping[str, Box]) -> str:
    bottom = placed["database"].bottom + 8
    outline = Box(column.x, vpc.y + 36, column.width, bottom - vpc.y - 36)
    cells = []
    for name, subnet in zone.subnets.items():
        if name in placed:
            row = placed[name]
            cell = Box(column.x + 8, row.y, column.width - 16, row.height)
            cells.append(part([subnet], frame(cell, name, 6)))
    y = placed["public"].bottom - 46
    gateways = [
        part(
            [each],
            icon("AmazonVPCNATGateway", (column.x + 34, y), 36),
            text((column.x + 56, y + 4), "NAT", "small"),
        )
        for each in zone.nat
    ]
    title = text((outline.x + 12, outline.y + 18), zone.name, "small")
    return "\n".join((frame(outline, "zone"), title, *cells, *gateways))


def _ranges(
    zones: tuple[Zone, ...], columns: list[Box], vpc: Box, placed: Mapping[str, Box]
) -> Iterable[str]:
    """What is said of the rows of subnets: over all lines, so that it can be read."""
    for name, row in placed.items():
        yield upright(Box(vpc.x + 1, row.y, 0, row.height), _TITLES[name])
        for zone, column in zip(zones, columns, strict=True):
            if name in zone.subnets:
                at = (column.right - 18, row.bottom - 9)
                content = zone.subnets[name].text("cidr_block")
                yield text(at, content, f"small end over over-{name}")


def _egress(
    zones: tuple[Zone, ...], columns: list[Box], placed: Mapping[str, Box]
) -> Iterable[str]:
    """From the app subnets to the NAT gateway of the zone, or to the only one."""
    app = placed["app"]
    top = placed["public"].bottom - 26
    gates = {column.x + 34: zone.nat for zone, column in zip(zones, columns, strict=True)}
    homes = [x for x, nat in gates.items() if nat]
    yield from (arrow("data", (x, app.y + 8), (x, top)) for x in homes)
    away = [x for x in gates if x not in homes]
    if homes and away:
        y = app.y - _GAP / 2
        yield from (line("data", (x, app.y + 8), (x, y)) for x in away)
        yield line("data", (max(away), y), (min(homes[0], *away), y))


def _application(
    catalogue: Catalogue, columns: list[Box], placed: Mapping[str, Box], *, private: bool
) -> Iterable[str]:
    """The instances, and what the load balancer forwards to them."""
    drawn: list[str] = []
    instances = model.instances(catalogue)
    if instances is not None:
        row = placed["app"]
        above = _BALANCER + 8 if private else 0
        used = columns[: instances.least] or columns[:1]
        box = Box(row.x + 8, row.y + 8 + above, row.width - 16, row.height - 36 - above)
        label = text((box.center, box.bottom - 10), instances.label, "strong middle over over-app")
        kinds = (
            "aws_autoscaling_group",
            "aws_launch_template",
            "aws_autoscaling_policy",
            "aws_lb_listener_rule",
            "aws_lb_target_group",
        )
        resources = [each for kind in kinds for each in catalogue.of(kind, "application")]
        icons = [icon("AmazonEC2Instance", (each.center, box.y + 40), 48) for each in used]
        drawn.append(part(resources, frame(box, "outline group"), *icons, label))
        if catalogue.of("aws_lb", "web"):
            top = placed["app" if private else "public"].y + 58
            drawn += [arrow("flow", (x.center, top), (x.center, box.y + 12)) for x in used]
    if drawn:
        yield tier("application", *drawn)


def _web(catalogue: Catalogue, row: Box) -> Iterable[str]:
    balancers = catalogue.of("aws_lb", "web")
    if balancers:
        bar = Box(row.x + 8, row.y + 8, row.width - 16, 50)
        resources = (*balancers, *catalogue.of("aws_lb_listener", "web"))
        end = (bar.right - 14, bar.middle)
        yield tier(
            "web", part(resources, *_balancer(bar)), *tiers.certificate(catalogue, "web", end)
        )


def _balancer(bar: Box) -> Iterable[str]:
    yield frame(bar, "outline balancer")
    yield icon("ElasticLoadBalancing", (bar.x + 26, bar.middle), 36)
    yield text((bar.x + 54, bar.middle - 3), "Application Load Balancer", "strong")
    yield text((bar.x + 54, bar.middle + 14), "HTTPS, from CloudFront alone", "small")


def _database(catalogue: Catalogue, columns: list[Box], placed: Mapping[str, Box]) -> Iterable[str]:
    """Each copy of the data in a zone of its own as long as there are any."""
    copies = model.copies(catalogue)
    if not copies:
        return
    row = placed["database"]
    box = Box(row.x + 8, row.y + 8, row.width - 16, row.height - 36)
    shelves: list[list[Copy]] = [[] for _ in columns]
    for number, each in enumerate(copies):
        shelves[number % len(columns)].append(each)
    drawn = [
        draw_item(
            Item("AmazonRDS", each.label, each.detail, (each.resource,)),
            (place.center, box.y + 32),
            40,
        )
        for shelf, column in zip(shelves, columns, strict=True)
        for each, place in zip(shelf, column.columns(max(len(shelf), 1)), strict=False)
    ]
    if len(copies) > 1 and copies[1].label == "Standby" and len(columns) > 1:
        y = box.y + 32
        drawn.append(arrow("data", (columns[0].center + 24, y), (columns[1].center - 24, y)))
    if catalogue.of("aws_autoscaling_group", "application"):
        x = columns[0].center
        drawn.append(arrow("flow", (x, placed["app"].bottom - 28), (x, box.y + 10)))
    yield tier("database", frame(box, "outline copies"), *drawn)


def _endpoints(catalogue: Catalogue, vpc: Box, y: float) -> str:
    found = catalogue.of("aws_vpc_endpoint", "network")
    if not found:
        return ""
    area = Box(vpc.x + _LEFT, y, vpc.width - _LEFT - _RIGHT, vpc.bottom - y - 10)
    names = sorted(each.text("service_name").rsplit(".", maxsplit=1)[-1] for each in found)
    return part(
        found,
        icon("AmazonVPCEndpoints", (area.x + 22, area.middle), 36),
        text((area.x + 50, area.middle - 4), "Private endpoints", "strong"),
        text((area.x + 50, area.middle + 13), ", ".join(names), "small"),
    )
