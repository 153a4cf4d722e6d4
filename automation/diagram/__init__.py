"""Draws an environment as it is synthesized: the network in the middle, other tiers around it."""

from collections.abc import Iterable
from html import escape
from pathlib import Path

from automation.diagram import model, network, tiers
from automation.diagram.model import Catalogue
from automation.diagram.svg import Box, arrow, element, frame, symbols, text
from automation.terraform.stacks import Stack

WIDTH = 1200


_STYLE = Path(__file__).parent / "style.css"


_ICONS = Path(__file__).parent / "icons"


_ENTRANCE = Box(24, 72, WIDTH - 48, 140)


_REGION = Box(24, 246, WIDTH - 48, 636)


_VPC = Box(40, 280, 744, 586)


_SIDE = Box(878, 280, 282, 586)


def draw(stacks: Iterable[Stack]) -> str:
    """The platform as SVG; the same stacks give the same bytes.

    Each tier is drawn in groups of the class `tier-<stack>`, and each thing in a `part` with the
    addresses of its resources in `data-addresses`, so that a review can mark them.
    """
    catalogue = Catalogue(stacks)
    others = tiers.others(catalogue, Box(24, _REGION.bottom + 16, WIDTH - 48, 84))
    height = _REGION.bottom + (24 if others is None else 116)
    children = (
        _named("title", "platform-title", f"{model.prefix(catalogue)} on AWS"),
        _named("desc", "platform-description", _description(catalogue)),
        f"<style>\n{_STYLE.read_text(encoding='utf-8').strip()}\n</style>",
        symbols(sorted(file.stem for file in _ICONS.glob("*.svg"))),
        element("defs", _head("flow"), _head("data")),
        frame(Box(0, 0, WIDTH, height), "paper", 0),
        *_header(catalogue),
        frame(_REGION, "region"),
        text((_REGION.x + 16, _REGION.y + 22), model.region(catalogue), "strong"),
        network.draw(catalogue, _VPC),
        tiers.draw_side(catalogue, _SIDE),
        tiers.draw_entrance(catalogue, _ENTRANCE),
        *_between(catalogue),
        *([] if others is None else [others]),
    )
    return element("svg", *children, **_attributes(height)) + "\n"


def _attributes(height: float) -> dict[str, str | float]:
    return {
        "xmlns": "http://www.w3.org/2000/svg",
        "class_": "platform",
        "viewBox": f"0 0 {WIDTH} {height:.0f}",
        "role": "img",
        "aria_labelledby": "platform-title platform-description",
    }


def _named(name: str, id_: str, content: str) -> str:
    return f'<{name} id="{id_}">{escape(content)}</{name}>'


def _header(catalogue: Catalogue) -> Iterable[str]:
    yield text((24, 42), model.prefix(catalogue), "name")
    yield arrow("flow", (WIDTH - 300, 37), (WIDTH - 262, 37))
    yield text((WIDTH - 254, 41), "requests", "small")
    yield arrow("data", (WIDTH - 188, 37), (WIDTH - 150, 37))
    yield text((WIDTH - 142, 41), "data and logs", "small")


def _between(catalogue: Catalogue) -> Iterable[str]:
    """What goes from the network to the tiers beside it."""
    gutter = (_VPC.right + _SIDE.x) / 2
    storage, monitoring, audit, _ = tiers.places(_SIDE)
    placed = network.rows(_VPC, private=model.private(catalogue))
    if catalogue.of("aws_autoscaling_group"):
        app = placed["app"]
        if catalogue.of("aws_s3_access_point"):
            points = (app.right - 8, app.y + 30), (gutter, app.y + 30), (gutter, storage.middle)
            yield arrow("data", *points, (storage.x - 3, storage.middle))
            yield text((gutter, storage.middle - 8), "files", "small middle")
        if catalogue.within("monitoring"):
            y = (max(app.y, monitoring.y) + min(app.bottom, monitoring.bottom)) / 2
            yield arrow("data", (app.right - 8, y), (monitoring.x - 3, y))
            yield text((gutter, y + 16), "logs, metrics,", "small middle")
            yield text((gutter, y + 30), "traces", "small middle")
    if catalogue.of("aws_backup_plan") and catalogue.of("aws_db_instance"):
        database = placed["database"]
        y = (max(database.y, audit.y) + min(database.bottom, audit.bottom)) / 2
        yield arrow("data", (database.right - 8, y), (audit.x - 3, y))
        yield text((gutter, y + 16), "backups", "small middle")


def _head(kind: str) -> str:
    return (
        f'<marker id="head-{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" class="head-{kind}"/></marker>'
    )


def _description(catalogue: Catalogue) -> str:
    """The picture in words, for those who hear it."""
    zones = model.zones(catalogue)
    said = [
        "Visitors reach CloudFront by names in Route 53; it serves files from S3 and asks the",
        f"application's load balancer for all else. The network has {len(zones)} zones with",
        f"{sum(len(zone.nat) for zone in zones)} NAT gateways.",
    ]
    instances = model.instances(catalogue)
    if instances is not None:
        said.append(f"Instances: {instances.label}.")
    copies = ", ".join(each.label.lower() for each in model.copies(catalogue))
    if copies:
        said.append(f"MySQL: {copies}.")
    said.append(f"Tiers: {', '.join(sorted(stack.name for stack in catalogue.stacks))}.")
    return " ".join(said)
