"""The changes in a terminal: the riskiest first, and what is the same of many once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from automation.review import attributes, wording
from automation.review.attributes import Line
from automation.review.changes import Change
from automation.review.resources import Action
from automation.review.result import Review
from automation.review.rules import Risk

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


@dataclass(frozen=True)
class _Group:
    """Changes of which the same is to be told."""

    changes: tuple[Change, ...]

    @property
    def first(self) -> Change:
        """The one that speaks for all."""
        return self.changes[0]


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
    text = Text(wording.counts(review))
    for risk, style in STYLES.items():
        text.highlight_regex(rf"\d+ {risk}\b", style)
    console.print(text, highlight=False, soft_wrap=True)
    blocking = [each for each in review.changes if each.risk is Risk.BLOCKING]
    for change in blocking:
        line = Text(f"{Risk.BLOCKING}: {change.stack}: ", style=STYLES[Risk.BLOCKING])
        line.append(attributes.printable(f"{change.address}: {wording.reason(change)}"))
        console.print(line, highlight=False, soft_wrap=True)


def _lines(review: Review, width: int) -> Iterator[Line]:
    brief = [action for action in _WHOLE if review.count(action) > _IN_FULL]
    listed, rest = _cut(_grouped(review.changes))
    for group in listed:
        change = group.first
        yield from _heads(group)
        yield from _explanation(change)
        if change.action not in brief:
            yield from (each.deeper(_INDENT) for each in attributes.lines(change, width - _INDENT))
    if rest:
        yield _counted(rest)
    for stack in review.stacks:
        if stack.outputs and not stack.changes:
            yield Line(4, Text(f"{stack.name}: only outputs change: {', '.join(stack.outputs)}"))
    if rest or brief:
        yield Line(4, Text(_ALL, style="dim"))


def _grouped(changes: Iterable[Change]) -> list[_Group]:
    """Those of which everything is the same but for the resource are told together."""
    found: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        key: tuple[object, ...] = (change.stack, change.address)
        if change.action is Action.UPDATE and not change.moved_from:
            # Values may be lists, which are no keys.
            key = (change.action, change.risk, change.reasons, repr(change.attributes))
        found.setdefault(key, []).append(change)
    return [_Group(tuple(group)) for group in found.values()]


def _cut(groups: Sequence[_Group]) -> tuple[list[_Group], list[Change]]:
    """What is listed, and what is only counted."""
    risky = [group for group in groups if group.first.risk is not Risk.ROUTINE]
    routine = [group for group in groups if group.first.risk is Risk.ROUTINE]
    listed = routine[: max(0, _LISTED - len(risky))]
    # One that is left over takes no more place than a line that counts it.
    if len(routine) - len(listed) == 1:
        listed = routine
    rest = [change for group in routine[len(listed) :] for change in group.changes]
    return risky + listed, rest


def _heads(group: _Group) -> Iterator[Line]:
    """A line for each resource; of what is routine for many, some stand for all."""
    style = STYLES[group.first.risk]
    few = group.first.risk is Risk.ROUTINE and len(group.changes) > _NAMED + 1
    named = group.changes[:_NAMED] if few else group.changes
    for change in named:
        sign = f"{wording.SIGNS[change.action]:>3} "
        address = attributes.printable(change.address)
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
        yield Line(_INDENT, Text(f"{change.risk}: {wording.reason(change)}", style=style))
    more = (
        f"moved from {change.moved_from}" if change.moved_from else "",
        f"imported as {change.imported_id}" if change.imported_id else "",
        change.hint,
    )
    yield from (Line(_INDENT, Text(attributes.printable(each))) for each in more if each)


def _counted(rest: Sequence[Change]) -> Line:
    """How many there are of each action and type."""
    counted = Counter((str(change.action), change.type) for change in rest)
    parts = [f"{number} {type_} to {action}" for (action, type_), number in counted.most_common()]
    return Line(4, Text(f"and {len(rest)} more, all {Risk.ROUTINE}: {', '.join(parts)}"))
