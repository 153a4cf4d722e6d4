"""The review in Markdown, as a comment on a pull request."""

import html
import re
from collections.abc import Iterator

from automation.review import Review, text
from automation.review.changes import Attribute, Change
from automation.review.rules import Risk
from automation.terraform.plan import Action

# A comment of GitHub's has 65,536 characters at most; those beyond ASCII may count as several.
LIMIT = 65_536
_REST = 1_000
_HEAD = LIMIT // 2
# By which CI finds its earlier comment.
MARKER = "<!-- terrace-review -->"
_ICONS = {Risk.BLOCKING: "🛑", Risk.CAREFUL: "⚠️", Risk.ROUTINE: "✅"}
_LONGEST = 300
_ATTRIBUTES = 30
_DIFF = 60


def render(review: Review) -> str:
    """The riskiest changes first; what does not fit is counted, and is in the page."""
    parts = [_head(review)]
    left = LIMIT - _REST - _size(parts[0])
    shown = 0
    for change in review.changes:
        for detail in (_details(review, change), _line(review, change)):
            if _size(detail) <= left:
                parts.append(detail)
                left -= _size(detail)
                shown += 1
                break
    hidden = len(review.changes) - shown
    if hidden:
        parts.append(f"\n{hidden} more changes do not fit here: see review.html.\n")
    return "".join(parts)


def _head(review: Review) -> str:
    text = "".join(f"{line}\n" for line in _head_lines(review))
    # Whole lines, of whatever an endless list of stacks or approvals would leave.
    while _size(text) > _HEAD:
        text = text[: text.rindex("\n", 0, len(text) // 2)] + "\n…\n"
    return text


def _head_lines(review: Review) -> Iterator[str]:
    yield MARKER
    yield f"## {_plain(review.title)}: {text.headline(review)}"
    yield ""
    yield f"{text.totals(review)}."
    yield ""
    columns = [action for action in Action if review.count(action)]
    yield f"| stack | risk |{''.join(f' {action} |' for action in columns)}"
    yield f"|---|---|{'---:|' * len(columns)}"
    for stack in review.stacks:
        risk = f"{_ICONS[stack.risk]} {stack.risk}" if stack.risk else ""
        counts = "".join(f" {stack.counts[action] or ''} |" for action in columns)
        yield f"| {_plain(stack.name)} | {risk} |{counts}"
    yield ""
    for note in text.notes(review):
        yield f"- {_plain(note)}"
    yield ""


def _details(review: Review, change: Change) -> str:
    body = "".join(f"{line}\n" for line in _body(change))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", body)), default=0))
    code = f"{fence}diff\n{body}{fence}\n" if body else ""
    opened = " open" if change in review.blocking else ""
    return (
        f"<details{opened}><summary>{_summary(change)}</summary>\n\n"
        f"{_explanation(review, change)}\n\n{code}\n</details>\n"
    )


def _line(review: Review, change: Change) -> str:
    return f"<p>{_summary(change)}: {_explanation(review, change)}</p>\n"


def _summary(change: Change) -> str:
    return (
        f"{_ICONS[change.risk]} {change.action} "
        f"<code>{_code(change.stack)}: {_code(change.address)}</code>"
    )


def _explanation(review: Review, change: Change) -> str:
    approval = review.ledger.of(change.key)
    parts = [f"<b>{change.risk}</b>: {_plain(text.reason(change))}"]
    if change.moved_from:
        parts.append(f"moved from {_plain(change.moved_from)}")
    if change.imported_id:
        parts.append(f"imported as {_plain(change.imported_id)}")
    if approval:
        parts.append(_plain(text.approved(approval)))
    if change.hint:
        parts.append(_plain(change.hint))
    return ". ".join(parts) + "."


def _body(change: Change) -> Iterator[str]:
    for each in change.attributes[:_ATTRIBUTES]:
        yield from _attribute(each)
    if len(change.attributes) > _ATTRIBUTES:
        yield f"  and {len(change.attributes) - _ATTRIBUTES} more attributes"


def _attribute(attribute: Attribute) -> Iterator[str]:
    forces = "  # forces replacement" if attribute.forces_replacement else ""
    different = text.lines(attribute)
    if different is not None:
        yield f"! {attribute.name}{forces}"
        yield from map(_short, different[:_DIFF])
        return
    name = _short(attribute.name)
    if attribute.old is not None:
        yield f"- {name} = {_short(text.text(attribute.old))}{forces}"
    if attribute.new is not None:
        yield f"+ {name} = {_short(text.text(attribute.new))}{forces}"


def _short(text: str) -> str:
    line = " ".join(text.splitlines())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _code(text: str) -> str:
    """Text in a block of HTML, where Markdown does not reach."""
    return html.escape(_short(text)).replace("@", "&#64;")


def _plain(text: str) -> str:
    """Text that is neither Markdown nor HTML, nor tells anybody."""
    escaped = html.escape(_short(text))
    return re.sub(r"[\\`*_\[\]|@#~]", lambda found: f"&#{ord(found[0])};", escaped)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
