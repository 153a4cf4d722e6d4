"""The review in a terminal: changes by risk, attribute by attribute."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.text import Text

from automation.review import Review
from automation.review import text as review_text
from automation.review.changes import Attribute, Change
from automation.review.rules import Risk
from automation.review.text import Group, grouped
from automation.terraform.diff import MASK, UNKNOWN
from automation.terraform.plan import Action

_LONGEST = 300
_ATTRIBUTES = 30
_LATER = 12
_DIFF = 60
# As many of what two long texts have in common are shown before they differ.
_COMMON = 40
_NAME = 40
# How far what does not fit on a line hangs below it, and how little room it has at least.
_HANG, _NARROWEST = 2, 20
_STYLES = {"-": "red", "+": "green", "@": "cyan"}


@dataclass(frozen=True)
class Line:
    """A line and how far it is indented; one that is `whole` is never broken, to be copied."""

    indent: int
    text: Text
    whole: bool = False

    @property
    def indented(self) -> Text:
        """As it is printed."""
        return Text(" " * self.indent) + self.text

    def deeper(self, indent: int) -> "Line":
        """The same, indented further."""
        return replace(self, indent=self.indent + indent)

    def wrapped(self, console: Console, width: int) -> Iterator["Line"]:
        """Itself, or as many lines as it needs in a terminal."""
        if self.whole or self.indent + self.text.cell_len <= width:
            yield self
            return
        room = max(_NARROWEST, width - self.indent - _HANG)
        first, *rest = self.text.wrap(console, room, overflow="fold")
        yield replace(self, text=first)
        yield from (Line(self.indent + _HANG, part) for part in rest)


def lines(change: Change, width: int) -> Iterator[Line]:
    """Every attribute that changes; of something made anew, what only AWS will tell by name."""
    made = change.action in (Action.CREATE, Action.REPLACE)
    later = [each for each in change.attributes if made and _comes_later(each)]
    told = [each for each in change.attributes if each not in later]
    column = min(_NAME, max((len(each.name) for each in told), default=0))
    for each in told[:_ATTRIBUTES]:
        yield from _attribute(each, change.action, column, width)
    if len(told) > _ATTRIBUTES:
        yield Line(0, Text(f"and {len(told) - _ATTRIBUTES} more attributes", style="dim"))
    if later:
        names = ", ".join(printable(each.name) for each in later[:_LATER])
        more = f" and {len(later) - _LATER} more" if len(later) > _LATER else ""
        yield Line(0, Text(f"known after apply: {names}{more}", style="dim"))


def printable(text: str) -> str:
    """Text on one line that cannot steer a terminal."""
    line = " ".join(text.splitlines())
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)


def _comes_later(attribute: Attribute) -> bool:
    return bool(attribute.new == UNKNOWN) and not attribute.forces_replacement


def _attribute(attribute: Attribute, action: Action, column: int, width: int) -> Iterator[Line]:
    name = printable(attribute.name)
    forces = "".join(f"  {each}" for each in review_text.marks(attribute))
    different = review_text.lines(attribute)
    if different is not None:
        yield Line(0, Text.assemble((name, "bold"), (forces, "red")))
        yield from _difference(different)
        return
    old, new = _pair(attribute.old, attribute.new)
    value = _value(old, new, action)
    line = Text.assemble((f"{name:<{column}}", "bold"), "  ", value, (forces, "red"))
    if line.cell_len <= width or old == new:
        yield Line(0, line)
        return
    yield Line(0, Text.assemble((name, "bold"), (forces, "red")))
    for sign, side in (("-", old), ("+", new)):
        if side is not None:
            yield Line(2, Text(f"{sign} {side}", style=_STYLES[sign]))


def _value(old: str | None, new: str | None, action: Action) -> Text:
    """On one line; of a secret neither side is told."""
    if old == new:
        return Text(new or review_text.NOTHING)
    before = (old if old is not None else review_text.NOTHING, _STYLES["-"])
    after = (new if new is not None else review_text.NOTHING, _STYLES["+"])
    if action is Action.CREATE:
        return Text.assemble(after)
    if action in (Action.DESTROY, Action.FORGET):
        return Text.assemble(before)
    return Text.assemble(before, " → ", after)


def _pair(old: Any, new: Any) -> tuple[str | None, str | None]:
    """Both values, shortened where they differ; None where there is none."""
    if old == new == MASK:
        return MASK, MASK
    before = None if old is None else printable(review_text.text(old))
    after = None if new is None else printable(review_text.text(new))
    if before is None or after is None or max(len(before), len(after)) <= _LONGEST:
        return before and _short(before), after and _short(after)
    pairs = enumerate(zip(before, after, strict=False))
    differs = next((at for at, (one, other) in pairs if one != other), min(len(before), len(after)))
    start = max(0, differs - _COMMON)
    return _short(before, start), _short(after, start)


def _short(text: str, start: int = 0) -> str:
    """At most so many characters, from a place where it matters, with a note of how many."""
    if len(text) <= _LONGEST:
        return text
    part = text[start : start + _LONGEST]
    before = "…" if start else ""
    after = "…" if start + _LONGEST < len(text) else ""
    return f"{before}{part}{after} ({len(text):,} characters)"


def _difference(different: Sequence[str]) -> Iterator[Line]:
    """What differs between texts of several lines."""
    for line in different[:_DIFF]:
        yield Line(2, Text(_short(printable(line)), style=_STYLES.get(line[:1], "dim")))
    if len(different) > _DIFF:
        yield Line(2, Text(f"and {len(different) - _DIFF} more lines", style="dim"))


STYLES = {Risk.BLOCKING: "bold red", Risk.CAREFUL: "yellow", Risk.ROUTINE: "green"}
# What comes and what goes is told attribute by attribute while there are only so many of them.
_WHOLE = (Action.CREATE, Action.DESTROY)
_IN_FULL = 20
# So many of what is routine are listed; what is not routine always is.
_LISTED = 30
_NAMED = 3
_INDENT = 6
# How wide lines may become where nobody sits at a terminal.
_PLAIN_WIDTH = 120
_ALL = "every attribute of every change: `plan --out <folder>`, then `review <folder>`"


def show(review: Review, console: Console) -> None:
    """Print every change, in one piece, as others may be printing at the same time."""
    width = console.width if console.is_terminal else _PLAIN_WIDTH
    found = list(_lines(review, width))
    if not found:
        return
    if console.is_terminal:
        found = [part for line in found for part in line.wrapped(console, width)]
    texts = [line.indented for line in found]
    console.print(Text("\n").join(texts), highlight=False, soft_wrap=True)


def show_counts(review: Review, console: Console) -> None:
    """Print how many changes there are, by action and by risk, and once more what blocks."""
    if not review.changes:
        return
    text = Text(review_text.counts(review))
    for risk, style in STYLES.items():
        text.highlight_regex(rf"\d+ {risk}\b", style)
    console.print(text, highlight=False, soft_wrap=True)
    blocking = [each for each in review.changes if each.risk is Risk.BLOCKING]
    for change in blocking:
        line = Text(f"{Risk.BLOCKING}: {change.stack}: ", style=STYLES[Risk.BLOCKING])
        line.append(printable(f"{change.address}: {review_text.reason(change)}"))
        console.print(line, highlight=False, soft_wrap=True)


def _lines(review: Review, width: int) -> Iterator[Line]:
    brief = [action for action in _WHOLE if review.count(action) > _IN_FULL]
    listed, rest = _cut(grouped(review, review.changes))
    for group in listed:
        change = group.first
        yield from _heads(group)
        yield from _explanation(change)
        if change.action not in brief:
            yield from (each.deeper(_INDENT) for each in lines(change, width - _INDENT))
    if rest:
        yield _counted(rest)
    yield from (Line(4, Text(printable(each))) for each in review_text.beside(review))
    if review.cost:
        yield Line(4, Text(printable(review_text.cost(review))))
    # What no plan puts right would be told for ever.
    if review.drifted and review.changes:
        yield Line(4, Text(review_text.drift(review)))
    if rest or brief:
        yield Line(4, Text(_ALL, style="dim"))


def _cut(groups: Sequence[Group]) -> tuple[list[Group], list[Change]]:
    """What is listed, and what is only counted."""
    risky = [group for group in groups if group.first.risk is not Risk.ROUTINE]
    routine = [group for group in groups if group.first.risk is Risk.ROUTINE]
    listed = routine[: max(0, _LISTED - len(risky))]
    # One that is left over takes no more place than a line that counts it.
    if len(routine) - len(listed) == 1:
        listed = routine
    rest = [change for group in routine[len(listed) :] for change in group.changes]
    return risky + listed, rest


def _heads(group: Group) -> Iterator[Line]:
    """A line for each resource; of what is routine for many, some stand for all."""
    style = STYLES[group.first.risk]
    few = group.first.risk is Risk.ROUTINE and len(group.changes) > _NAMED + 1
    named = group.changes[:_NAMED] if few else group.changes
    for change in named:
        sign = f"{review_text.SIGNS[change.action]:>3} "
        address = printable(change.address)
        yield Line(
            0, Text.assemble((sign, style), f"{change.stack}: ", (address, "bold")), whole=True
        )
    if few:
        others = Counter(change.stack for change in group.changes[_NAMED:])
        where = ", ".join(f"{number} in {stack}" for stack, number in others.items())
        number = others.total()
        yield Line(4, Text(f"and the same of {number} more: {where}"))


def _explanation(change: Change) -> Iterator[Line]:
    """Why it is as risky as it is; that something new is new needs no words."""
    if change.risk is not Risk.ROUTINE or change.action is not Action.CREATE:
        style = STYLES[change.risk]
        yield Line(_INDENT, Text(f"{change.risk}: {review_text.reason(change)}", style=style))
    yield from (Line(_INDENT, Text(printable(each))) for each in review_text.more(change))


def _counted(rest: Sequence[Change]) -> Line:
    """How many there are of each action and type."""
    counted = Counter((str(change.action), change.type) for change in rest)
    parts = [f"{number} {type_} to {action}" for (action, type_), number in counted.most_common()]
    return Line(4, Text(f"and {len(rest)} more, all {Risk.ROUTINE}: {', '.join(parts)}"))
