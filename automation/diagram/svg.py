"""Elements of SVG as text, one on a line; the same input gives the same bytes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from automation.diagram.model import DiagramResource

_ICONS = Path(__file__).parent / "icons"
_ICON = re.compile(r'<svg[^>]*viewBox="([^"]+)"[^>]*>(?:<title>.*?</title>)?(.*)</svg>', re.DOTALL)
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle, in the picture's own pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower side."""
        return self.y + self.height

    @property
    def center(self) -> float:
        """Halfway between left and right."""
        return self.x + self.width / 2

    @property
    def middle(self) -> float:
        """Halfway between top and bottom."""
        return self.y + self.height / 2

    def columns(self, count: int, gap: float = 0) -> "list[Box]":
        """Boxes of equal width, side by side."""
        width = (self.width - gap * (count - 1)) / count
        return [
            Box(self.x + each * (width + gap), self.y, width, self.height) for each in range(count)
        ]


def element(name: str, *children: str, **attributes: str | float) -> str:
    """An element; `class_` and `font_size` stand for `class` and `font-size`."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
    )
    if not children:
        return f"<{name}{written}/>"
    return "\n".join((f"<{name}{written}>", *children, f"</{name}>"))


def text(at: Point, content: str, class_: str) -> str:
    """A line of text; its class says how it is set."""
    x, y = at
    return f'<text x="{_value(x)}" y="{_value(y)}" class="{class_}">{escape(content)}</text>'


def frame(box: Box, class_: str, radius: float = 8) -> str:
    """A rectangle with round corners."""
    return element(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=radius,
        class_=f"frame {class_}",
    )


def upright(box: Box, content: str) -> str:
    """A name at the left side of a box, read from its bottom to its top."""
    x, y = _value(box.x + 16), _value(box.middle)
    turned = f'transform="rotate(-90 {x} {y})"'
    return f'<text x="{x}" y="{y}" {turned} class="label middle">{escape(content)}</text>'


def icon(name: str, center: Point, size: float = 40) -> str:
    """An icon of those that `symbols` defines."""
    x, y = center
    return element(
        "use", href=f"#icon-{name}", x=x - size / 2, y=y - size / 2, width=size, height=size
    )


def arrow(kind: str, *points: Point) -> str:
    """A line through points, with a head at its end; `flow` are requests, `data` is all else."""
    return element("path", d=_path(points), class_=kind, marker_end=f"url(#head-{kind})")


def line(kind: str, *points: Point) -> str:
    """The same without a head."""
    return element("path", d=_path(points), class_=kind)


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_value(x)} {_value(y)}" for x, y in points)


def part(resources: Iterable[DiagramResource], *children: str) -> str:
    """What stands for resources: a review finds it by their addresses."""
    addresses = [each.address for each in resources]
    return element("g", *children, class_="part", data_addresses=" ".join(addresses))


def tier(name: str, *children: str) -> str:
    """What belongs to a tier, wherever it is drawn."""
    return element("g", *children, class_=f"tier tier-{name}", data_stack=name)


def symbols(names: Sequence[str]) -> str:
    """The icons that are used, each once."""
    return element("defs", *(_symbol(name) for name in names))


@cache
def _symbol(name: str) -> str:
    matched = _ICON.fullmatch((_ICONS / f"{name}.svg").read_text(encoding="utf-8").strip())
    if matched is None:
        message = f"{name}.svg is no icon"
        raise ValueError(message)
    view_box, content = matched.groups()
    return f'<symbol id="icon-{name}" viewBox="{view_box}">{content}</symbol>'


def _value(value: str | float) -> str:
    """Numbers without decimals that nobody sees."""
    return escape(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Item:
    """What stands for some resources."""

    icon: str
    title: str
    detail: str
    resources: tuple[DiagramResource, ...]


def draw_item(item: Item, center: Point, size: float = 44) -> str:
    """The icon around a point, two lines of text below it."""
    x, y = center
    below = y + size / 2
    lines = [text((x, below + 16), item.title, "strong middle")]
    if item.detail:
        lines.append(text((x, below + 31), item.detail, "small middle"))
    return part(item.resources, icon(item.icon, center, size), *lines)
