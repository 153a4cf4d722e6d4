"""The attributes of a change as lines of a terminal: what it was, and what it becomes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.text import Text

from automation.drift.differences import MASK
from automation.review import wording
from automation.review.changes import Attribute, Change
from automation.review.resources import Action
from automation.review.values import UNKNOWN

_LONGEST = 300
_ATTRIBUTES = 30
_LATER = 12
_DIFF = 60
# As many of what two long texts have in common are shown before they differ.
_COMMON = 40
_NAME = 40
# How far what does not fit on a line hangs below it, and how little room it has at least.
_HANG, _NARROWEST = 2, 20
_FORCES = "forces replacement"
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
    forces = f"  {_FORCES}" if attribute.forces_replacement else ""
    different = wording.lines(attribute)
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
        return Text(new or wording.NOTHING)
    before = (old if old is not None else wording.NOTHING, _STYLES["-"])
    after = (new if new is not None else wording.NOTHING, _STYLES["+"])
    if action is Action.CREATE:
        return Text.assemble(after)
    if action in (Action.DESTROY, Action.FORGET):
        return Text.assemble(before)
    return Text.assemble(before, " → ", after)


def _pair(old: Any, new: Any) -> tuple[str | None, str | None]:
    """Both values, shortened where they differ; None where there is none."""
    if old == new == MASK:
        return MASK, MASK
    before = None if old is None else printable(wording.text(old))
    after = None if new is None else printable(wording.text(new))
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
