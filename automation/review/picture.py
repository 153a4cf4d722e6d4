"""A simple picture of the stacks and which reads from which; `make diagram` draws a better one."""

import re
from collections.abc import Iterator, Mapping
from html import escape

from automation.graph import Graph
from automation.review.result import Review, Reviewed

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _EDGE = 168, 60, 64, 22, 16
_PROLOGUE = re.compile(r"^\s*(<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|\s)*", re.DOTALL)

Place = tuple[int, int]


def draw(review: Review) -> str:
    """An SVG with an element of the class `tier-<stack>` for each stack."""
    places = _places(review.graph)
    width = max((x for x, _ in places.values()), default=0) + _WIDTH + _EDGE
    height = max((y for _, y in places.values()), default=0) + _HEIGHT + _EDGE
    arrows = "".join(_arrows(review.graph, places))
    boxes = "".join(_box(each, places[each.name]) for each in review.stacks)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="stacks" role="img" '
        f'viewBox="0 0 {width} {height}">'
        f"<title>The stacks, and which reads from which</title>{arrows}{boxes}</svg>"
    )


def embed(svg: str) -> str:
    """A picture from a file, fit to be put into a page."""
    return _PROLOGUE.sub("", svg, count=1)


def _places(graph: Graph) -> Mapping[str, Place]:
    """Each stack to the right of all that it reads from."""
    columns: dict[int, list[str]] = {}
    depths: dict[str, int] = {}
    for name in graph:
        depths[name] = 1 + max((depths[each] for each in graph[name]), default=-1)
        columns.setdefault(depths[name], []).append(name)
    return {
        name: (_EDGE + depth * (_WIDTH + _GAP_X), _EDGE + row * (_HEIGHT + _GAP_Y))
        for depth, names in columns.items()
        for row, name in enumerate(names)
    }


def _arrows(graph: Graph, places: Mapping[str, Place]) -> Iterator[str]:
    for name, upstreams in graph.items():
        for upstream in sorted(_nearest(graph, upstreams)):
            (x1, y1), (x2, y2) = places[upstream], places[name]
            x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
            bend = (x2 - x1) // 2
            curve = f"c{bend} 0 {bend} {y2 - y1} {x2 - x1} {y2 - y1}"
            yield f'<path class="reads" d="M{x1} {y1}{curve}"/>'


def _nearest(graph: Graph, upstreams: frozenset[str]) -> frozenset[str]:
    """Those that are not read by way of another one, too."""
    beyond = frozenset(far for near in upstreams for far in graph[near])
    return upstreams - beyond


def _box(stack: Reviewed, place: Place) -> str:
    x, y = place
    name = escape(stack.name)
    changes = len(stack.changes)
    said = f"{changes} change{'' if changes == 1 else 's'}" if changes else "no changes"
    return (
        f'<g class="tier tier-{name}" transform="translate({x} {y})">'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>'
        f'<text x="14" y="26" class="name">{name}</text>'
        f'<text x="14" y="46">{said}</text></g>'
    )
