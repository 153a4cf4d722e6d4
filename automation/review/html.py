"""The review as one HTML page, with a picture; it needs no network, and no script to be read."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from string import Template

from automation.review import Review, Reviewed, text
from automation.review.changes import Attribute, Change
from automation.review.rules import Risk
from automation.terraform.plan import Action
from automation.terraform.stacks import Graph

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


_HERE = Path(__file__).parent
_LONGEST = 20_000


def render(review: Review, *, svg: str | None = None) -> str:
    """The page; `svg` is a picture in which stacks have the class, or id, `tier-<stack>`."""
    script = _read("page.js")
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    number = len(review.changes)
    return Template(_read("page.html")).substitute(
        digest=base64.b64encode(digest).decode("ascii"),
        title=escape(review.title),
        style=_read("page.css"),
        marks="\n".join(_marks(review)),
        verdict=review.verdict,
        headline=escape(text.headline(review)),
        totals=escape(text.totals(review)),
        notes=_list(text.notes(review)),
        picture=embed(svg) if svg else draw(review),
        tiers="".join(map(_tier, review.stacks)),
        stacks="".join(f"<option>{escape(each.name)}</option>" for each in review.stacks),
        actions=_boxes("action", (each for each in Action if each is not Action.NO_OP)),
        risks=_boxes("risk", Risk),
        count=f"{number} of {number} changes",
        changes="\n".join(_section(review, each) for each in review.stacks if each.changes),
        script=script,
    )


def _marks(review: Review) -> Iterator[str]:
    """In a picture of whatever make, a stack with changes glows in the colour of its risk."""
    for stack in review.stacks:
        if stack.risk:
            name = "".join(f"\\{ord(each):x} " for each in f"tier-{stack.name}")
            glow = f"drop-shadow(0 0 3px var(--{stack.risk}))"
            # Not all of it: words that glow are hard to read.
            yield f"#picture :is(.{name}, #{name}) rect {{ filter: {glow} {glow}; }}"
            yield f".stacks .tier.{name} rect {{ stroke: var(--{stack.risk}); stroke-width: 3; }}"


def _tier(stack: Reviewed) -> str:
    signs = (f"{text.SIGNS[each]}{stack.counts[each]}" for each in text.SIGNS)
    counts = " ".join(
        text for text, each in zip(signs, text.SIGNS, strict=True) if stack.counts[each]
    )
    name = escape(stack.name)
    return (
        f'<button type="button" class="{stack.risk or ""}" value="{name}">{name} {counts}</button>'
    )


def _boxes(name: str, values: Iterable[str]) -> str:
    return "".join(
        f'<label><input type="checkbox" name="{name}" value="{each}" checked> {each}</label>'
        for each in values
    )


def _section(review: Review, stack: Reviewed) -> str:
    changes = "".join(_change(review, each) for each in stack.changes)
    name = escape(stack.name)
    return f"<section><h2>{name}</h2>{changes}</section>"


def _change(review: Review, change: Change) -> str:
    approval = review.ledger.of(change.key)
    more = [
        f"moved from {change.moved_from}" if change.moved_from else "",
        f"imported as {change.imported_id}" if change.imported_id else "",
        text.approved(approval) if approval else "",
        change.hint,
    ]
    explained = "".join(f"<p>{escape(each)}</p>" for each in more if each)
    return (
        f'<details class="change {change.risk}" data-stack="{escape(change.stack)}" '
        f'data-action="{change.action}" data-risk="{change.risk}">'
        f'<summary><span class="risk">{change.risk}</span> '
        f'<span class="action">{change.action}</span> <code>{escape(change.address)}</code> '
        f'<span class="why">{escape(text.reason(change))}</span></summary>'
        f"{explained}{_table(change)}</details>"
    )


def _table(change: Change) -> str:
    if not change.attributes:
        return ""
    rows = "".join(map(_row, change.attributes))
    return f"<table><tr><th>attribute</th><th>old</th><th>new</th></tr>{rows}</table>"


def _row(attribute: Attribute) -> str:
    forces = " (forces replacement)" if attribute.forces_replacement else ""
    name = f"<tr><td>{escape(attribute.name)}{forces}</td>"
    different = text.lines(attribute)
    if different is not None:
        spans = "".join(map(_span, different))
        return f'{name}<td class="diff" colspan="2">{spans}</td></tr>'
    old, new = (escape(_short(text.text(each))) for each in (attribute.old, attribute.new))
    return f'{name}<td class="old">{old}</td><td class="new">{new}</td></tr>'


def _span(line: str) -> str:
    kind = {"-": "minus", "+": "plus"}.get(line[:1], "same")
    return f'<span class="{kind}">{escape(line)}</span>'


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(each)}</li>" for each in lines)
    return f"<ul>{items}</ul>" if items else ""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
