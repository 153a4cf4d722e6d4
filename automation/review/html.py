"""The review as one page that needs no network, and no script to be read."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from string import Template

from automation.review import picture, wording
from automation.review.changes import Attribute, Change
from automation.review.resources import Action
from automation.review.result import Review, Reviewed
from automation.review.rules import Risk

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
        headline=escape(wording.headline(review)),
        totals=escape(wording.totals(review)),
        notes=_list(wording.notes(review)),
        picture=picture.embed(svg) if svg else picture.draw(review),
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
    signs = (f"{wording.SIGNS[each]}{stack.counts[each]}" for each in wording.SIGNS)
    counts = " ".join(
        text for text, each in zip(signs, wording.SIGNS, strict=True) if stack.counts[each]
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
    approval = review.ledger.of(change)
    more = [
        f"moved from {change.moved_from}" if change.moved_from else "",
        f"imported as {change.imported_id}" if change.imported_id else "",
        wording.approved(approval) if approval else "",
        change.hint,
    ]
    explained = "".join(f"<p>{escape(each)}</p>" for each in more if each)
    return (
        f'<details class="change {change.risk}" data-stack="{escape(change.stack)}" '
        f'data-action="{change.action}" data-risk="{change.risk}">'
        f'<summary><span class="risk">{change.risk}</span> '
        f'<span class="action">{change.action}</span> <code>{escape(change.address)}</code> '
        f'<span class="why">{escape(wording.reason(change))}</span></summary>'
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
    different = wording.lines(attribute)
    if different is not None:
        spans = "".join(map(_span, different))
        return f'{name}<td class="diff" colspan="2">{spans}</td></tr>'
    old, new = (escape(_short(wording.text(each))) for each in (attribute.old, attribute.new))
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
