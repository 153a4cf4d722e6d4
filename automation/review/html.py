"""The review as one HTML page, with a picture, and in all the files that it is written to.

The page needs no network, and no script to be read.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template

from rich.console import Console
from rich.markup import escape as in_markup

from automation.errors import UserError
from automation.review import Review, Reviewed, markdown, text
from automation.review.changes import Attribute
from automation.review.rules import Risk
from automation.review.text import Group
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
        drift=_drifted(review),
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
    changes = "".join(_change(review, each) for each in text.grouped(review, stack.changes))
    month = f' <span class="month">{escape(str(stack.cost))}</span>' if stack.cost else ""
    return f"<section><h2>{escape(stack.name)}{month}</h2>{changes}</section>"


def _change(review: Review, group: Group) -> str:
    change, others = group.first, len(group.others)
    approval = review.ledger.of(change.key)
    more = [*([text.approved(approval)] if approval else []), *text.more(change)]
    explained = "".join(f"<p>{escape(each)}</p>" for each in more)
    return (
        f'<details class="change {change.risk}" data-stack="{escape(change.stack)}" '
        f'data-action="{change.action}" data-risk="{change.risk}" data-count="{1 + others}">'
        f'<summary><span class="risk">{change.risk}</span> '
        f'<span class="action">{change.action}</span> <code>{escape(change.address)}</code> '
        f"{f'and {others} more ' if others else ''}"
        f'<span class="why">{escape(text.reason(change))}</span></summary>'
        f"{explained}{_table(change.attributes)}{_also(group)}</details>"
    )


def _also(group: Group) -> str:
    """The other resources of which the same is to be told."""
    items = "".join(f"<li><code>{escape(each.address)}</code></li>" for each in group.others)
    return f'<ul class="also">{items}</ul>' if items else ""


def _drifted(review: Review) -> str:
    """What was changed outside Terraform, apart from what is intended."""
    found = "".join(
        f"<details><summary>{escape(text.drifted(each))}</summary>"
        f"{_table(each.attributes)}</details>"
        for each in review.drifted
    )
    said = escape(text.drift(review))
    return f'<aside id="drift"><h2>{said}</h2>{found}</aside>' if found else ""


def _table(attributes: Sequence[Attribute]) -> str:
    if not attributes:
        return ""
    rows = "".join(map(_row, attributes))
    return f"<table><tr><th>attribute</th><th>old</th><th>new</th></tr>{rows}</table>"


def _row(attribute: Attribute) -> str:
    forces = "".join(f" ({each})" for each in text.marks(attribute))
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


# As the pull request has to wait for somebody, which is neither an error nor bad input.
BLOCKED = 3
# So many changes that ask for care are named.
_CAREFUL = 10


def tell(found: Review, folder: Path, console: Console, *, as_json: bool) -> None:
    """Print what blocks and what else has to be known, or all of it as JSON."""
    if as_json:
        print(json.dumps(text.to_json(found), indent=2))
        return
    for line in _summary(found, folder):
        console.print(line, highlight=False, soft_wrap=True)


def _summary(found: Review, folder: Path) -> Iterator[str]:
    careful = [each for each in found.changes if each.risk is Risk.CAREFUL]
    for change, colour in [
        *((each, "red") for each in found.blocking),
        *((each, "yellow") for each in careful[:_CAREFUL]),
    ]:
        yield f"[{colour}]{change.action}[/] {change.stack}: {in_markup(change.address)}"
        yield f"    {in_markup(text.reason(change))}"
    if len(careful) > _CAREFUL:
        yield f"and {len(careful) - _CAREFUL} more that ask for care"
    yield from map(in_markup, text.notes(found))
    yield text.totals(found)
    page_file = folder / "review.html"
    if page_file.is_relative_to(Path.cwd()):
        page_file = page_file.relative_to(Path.cwd())
    yield f"{text.headline(found)}: see {page_file}"


def write(found: Review, folder: Path, *, svg: str | None = None) -> None:
    """Write review.md, review.html and review.json; raises `UserError` where it cannot."""
    texts = {
        "review.md": markdown.render(found),
        "review.html": render(found, svg=svg),
        "review.json": json.dumps(text.to_json(found), indent=2) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in texts.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise UserError(f"the review cannot be written to {folder}: {error}") from error
