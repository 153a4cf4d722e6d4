"""The review in Markdown, as a comment on a pull request."""

import html
import re
from collections.abc import Iterator

from automation.review import Review, text
from automation.review.changes import Attribute, Change
from automation.review.rules import Risk
from automation.review.text import Group
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
_FEW = 3
_DIFF = 60


def render(review: Review) -> str:
    """The riskiest changes first; what does not fit is counted, and is in the page."""
    parts = [_head(review)]
    left = LIMIT - _REST - _size(parts[0])
    shown = 0
    for group in text.grouped(review, review.changes):
        for detail in (_details(review, group), _line(review, group)):
            if _size(detail) <= left:
                parts.append(detail)
                left -= _size(detail)
                shown += len(group.changes)
                break
    hidden = len(review.changes) - shown
    if hidden:
        parts.append(f"\n{hidden} more changes do not fit here: see review.html.\n")
    drifted = _drifted(review)
    parts.append(drifted if _size(drifted) <= left else "")
    return "".join(parts)


def _drifted(review: Review) -> str:
    """What was changed outside Terraform, apart from what is intended."""
    if not review.drifted:
        return ""
    items = "".join(f"- {_plain(text.drifted(each))}\n" for each in review.drifted)
    return f"<details><summary>{_plain(text.drift(review))}</summary>\n\n{items}\n</details>\n"


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
    priced = any(stack.cost for stack in review.stacks)
    month = " a month |" if priced else ""
    yield f"| stack | risk |{''.join(f' {action} |' for action in columns)}{month}"
    yield f"|---|---|{'---:|' * (len(columns) + priced)}"
    for stack in review.stacks:
        risk = f"{_ICONS[stack.risk]} {stack.risk}" if stack.risk else ""
        counts = "".join(f" {stack.counts[action] or ''} |" for action in columns)
        month = f" {text.month(stack.cost)} |" if priced else ""
        yield f"| {_plain(stack.name)} | {risk} |{counts}{month}"
    yield ""
    for note in text.notes(review):
        yield f"- {_plain(note)}"
    yield ""


def _details(review: Review, group: Group) -> str:
    change = group.first
    body = "".join(f"{line}\n" for line in _body(change))
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", body)), default=0))
    code = f"{fence}diff\n{body}{fence}\n" if body else ""
    blocking = change.risk is Risk.BLOCKING and review.ledger.of(change.key) is None
    opened = " open" if blocking else ""
    return (
        f"<details{opened}><summary>{_summary(group)}</summary>\n\n"
        f"{_explanation(review, group)}\n\n{code}\n</details>\n"
    )


def _line(review: Review, group: Group) -> str:
    return f"<p>{_summary(group)}: {_explanation(review, group)}</p>\n"


def _summary(group: Group) -> str:
    change, others = group.first, len(group.others)
    return (
        f"{_ICONS[change.risk]} {change.action} "
        f"<code>{_code(change.stack)}: {_code(change.address)}</code>"
        + (f" and {others} more" if others else "")
    )


def _explanation(review: Review, group: Group) -> str:
    change = group.first
    approval = review.ledger.of(change.key)
    parts = [f"<b>{change.risk}</b>: {_plain(text.reason(change))}"]
    if approval:
        parts.append(_plain(text.approved(approval)))
    parts += map(_plain, text.more(change))
    if group.others:
        # Whoever is to approve something has to know all of it.
        most = _FEW if change.risk is Risk.ROUTINE else len(group.others)
        parts.append(_plain(text.also(group.others, most), _LONGEST * len(group.others)))
    return ". ".join(parts) + "."


def _body(change: Change) -> Iterator[str]:
    for each in change.attributes[:_ATTRIBUTES]:
        yield from _attribute(each)
    if len(change.attributes) > _ATTRIBUTES:
        yield f"  and {len(change.attributes) - _ATTRIBUTES} more attributes"


def _attribute(attribute: Attribute) -> Iterator[str]:
    forces = "".join(f"  # {each}" for each in text.marks(attribute))
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


def _short(text: str, longest: int = _LONGEST) -> str:
    line = " ".join(text.splitlines())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _code(text: str) -> str:
    """Text in a block of HTML, where Markdown does not reach."""
    return html.escape(_short(text)).replace("@", "&#64;")


def _plain(text: str, longest: int = _LONGEST) -> str:
    """Text that is neither Markdown nor HTML, nor tells anybody."""
    escaped = html.escape(_short(text, longest))
    return re.sub(r"[\\`*_\[\]|@#~]", lambda found: f"&#{ord(found[0])};", escaped)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
