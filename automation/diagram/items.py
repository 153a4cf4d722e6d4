"""A thing with its icon, and what is written below it."""

from dataclasses import dataclass

from automation.diagram.catalogue import Resource
from automation.diagram.shapes import Point, icon, part, text


@dataclass(frozen=True)
class Item:
    """What stands for some resources."""

    icon: str
    title: str
    detail: str
    resources: tuple[Resource, ...]


def draw_item(item: Item, center: Point, size: float = 44) -> str:
    """The icon around a point, two lines of text below it."""
    x, y = center
    below = y + size / 2
    lines = [text((x, below + 16), item.title, "strong middle")]
    if item.detail:
        lines.append(text((x, below + 31), item.detail, "small middle"))
    return part(item.resources, icon(item.icon, center, size), *lines)
