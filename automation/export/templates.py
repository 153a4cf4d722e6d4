"""Templates of Terraform's language: read as JSON has them, written as its native syntax does.

https://developer.hashicorp.com/terraform/language/expressions/strings
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from automation.errors import CommandError


@dataclass(frozen=True)
class Literal:
    """What stands for itself."""

    value: str


@dataclass(frozen=True)
class Code:
    """An interpolation or a directive, as it is written: `${...}` or `%{...}`."""

    source: str

    @property
    def expression(self) -> str | None:
        """What is interpolated; none of a directive, or where spaces around it are cut off."""
        inner = self.source[2:-1].strip()
        plain = self.source.startswith("${") and not (inner.startswith("~") or inner.endswith("~"))
        return inner if plain else None


Part = Literal | Code
Template = tuple[Part, ...]

_OPEN, _CLOSE = ("${", "%{"), {"(": ")", "[": "]", "{": "}"}
_ESCAPES = ("$${", "%%{")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_CODES = {"u": 4, "U": 8}
_QUOTED = {value: f"\\{letter}" for letter, value in _PLAIN.items()}
_JOIN = re.compile(r'\bjoin\(\s*""\s*,\s*\[')


def read(text: str) -> Template:
    """A template as JSON has it: only `$${` and `%%{` are no text of their own."""
    return _merged(_parts(text, quoted=False))


def literal(text: str) -> Template:
    """A text in which nothing is interpolated, whatever it looks like."""
    return (Literal(text),) if text else ()


def _parts(text: str, *, quoted: bool) -> Iterator[Part]:
    at = 0
    while at < len(text):
        if text.startswith(_ESCAPES, at):
            yield Literal(text[at + 1 : at + 3])
            at += 3
        elif text.startswith(_OPEN, at):
            end = _closing(text, at + 1)
            yield Code(text[at : end + 1])
            at = end + 1
        elif quoted and text[at] == "\\":
            value, at = _unescaped(text, at + 1)
            yield Literal(value)
        else:
            yield Literal(text[at])
            at += 1


def _unescaped(text: str, at: int) -> tuple[str, int]:
    """What a backslash before `at` makes of it, and where the rest begins."""
    if length := _CODES.get(text[at]):
        end = at + 1 + length
        return chr(int(text[at + 1 : end], 16)), end
    return _PLAIN[text[at]], at + 1


def _merged(parts: Iterator[Part]) -> Template:
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            merged[-1] = Literal(last.value + part.value)
        else:
            merged.append(part)
    return tuple(merged)


def _closing(text: str, at: int) -> int:
    """Where the bracket closes that is open at `at`."""
    wanted = [_CLOSE[text[at]]]
    at += 1
    while at < len(text):
        if text[at] == '"':
            at = _end_of_string(text, at)
        elif text[at] in _CLOSE:
            wanted.append(_CLOSE[text[at]])
        elif text[at] == wanted[-1]:
            wanted.pop()
            if not wanted:
                return at
        at += 1
    raise CommandError(f"an expression does not end: {text}")


def _end_of_string(text: str, at: int) -> int:
    """Where the quotation mark is that ends what the one at `at` begins."""
    at += 1
    while at < len(text):
        if text.startswith(_ESCAPES, at):
            at += 3
        elif text.startswith(_OPEN, at):
            at = _closing(text, at + 1) + 1
        elif text[at] == "\\":
            at += 2
        elif text[at] == '"':
            return at
        else:
            at += 1
    raise CommandError(f"a string does not end: {text}")


def write(template: Template) -> str:
    """A template as an expression: a reference bare, several lines as a heredoc, else quoted."""
    if len(template) == 1 and isinstance(template[0], Code) and template[0].expression:
        return _bare(template[0].expression)
    return _heredoc(template) or quote(template)


def quote(template: Template) -> str:
    """A template in quotation marks."""
    return f'"{"".join(_written(template, quoted=True))}"'


def _written(template: Template, *, quoted: bool) -> Iterator[str]:
    followers: tuple[Part | None, ...] = (*template, None)[1:]
    for part, following in zip(template, followers, strict=True):
        if isinstance(part, Code):
            yield part.source
            continue
        text = part.value
        # Signs before the code that follows would make an escape of its own.
        rest = text.rstrip(following.source[0]) if isinstance(following, Code) else text
        signs = text[len(rest) :]
        rest = rest.replace("${", "$${").replace("%{", "%%{")
        yield "".join(map(_escaped, rest)) if quoted else rest
        if signs:
            yield f'${{"{signs}"}}'


def _escaped(letter: str) -> str:
    if letter in _QUOTED:
        return _QUOTED[letter]
    if "\ud800" <= letter <= "\udfff":
        # No text that can be encoded has half a letter: Terraform reads JSON so.
        return "\ufffd"
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def _heredoc(template: Template) -> str | None:
    """Several lines as they are; none where quotation marks are needed to tell what there is."""
    texts = [part.value for part in template if isinstance(part, Literal)]
    plain = all(each.isprintable() or each in "\n\t" for text in texts for each in text)
    last = template[-1] if template else None
    if not plain or sum(text.count("\n") for text in texts) < 2 or not isinstance(last, Literal):
        return None
    text = "".join(_written(template, quoted=False))
    ends = text.endswith("\n")
    # Lines of the text must not look like its end.
    word = "EOT"
    while re.search(rf"^\s*{word}\s*$", text, re.MULTILINE):
        word += "_"
    document = f"<<{word}\n{text}{'' if ends else chr(10)}{word}\n"
    return document if ends else f"chomp({document})"


def _bare(expression: str) -> str:
    """An expression with its long texts as heredocs; in brackets where a line would end it."""
    pieces, lines, at = list[str](), False, 0
    depth = 0
    while at < len(expression):
        piece, end = _piece(expression, at)
        pieces.append(piece)
        if end == at + 1:
            depth += (piece in _CLOSE) - (piece in _CLOSE.values())
            lines = lines or (piece == "\n" and depth == 0)
        at = end
    text = "".join(pieces)
    return f"({text})" if lines else text


def _piece(expression: str, at: int) -> tuple[str, int]:
    """What to write for what stands at `at`, and where the rest begins."""
    if found := _JOIN.match(expression, at):
        end = _closing(expression, found.end() - 1)
        after = re.match(r"\s*,?\s*\)", expression[end + 1 :])
        template = _joined(expression[found.end() : end])
        document = _heredoc(template) if template and after else None
        if after and document:
            return document, end + 1 + after.end()
    if expression[at] == '"':
        end = _end_of_string(expression, at)
        document = _heredoc(_of_quoted(expression[at + 1 : end]))
        return document or expression[at : end + 1], end + 1
    return expression[at], at + 1


def _of_quoted(text: str) -> Template:
    return _merged(_parts(text, quoted=True))


def _joined(items: str) -> Template | None:
    """The template that is the same as the join of these; none where they are not plain ones."""
    parts: list[Part] = []
    for item in _items(items):
        if re.match(r"for\b", item) or item.endswith("..."):
            return None
        string = item.startswith('"') and _end_of_string(item, 0) == len(item) - 1
        parts += _of_quoted(item[1:-1]) if string else [Code(f"${{{item}}}")]
    return _merged(iter(parts))


def _items(text: str) -> Sequence[str]:
    """What stands between commas, without those that are inside of something."""
    items, start, at = list[str](), 0, 0
    while at < len(text):
        if text[at] == '"':
            at = _end_of_string(text, at)
        elif text[at] in _CLOSE:
            at = _closing(text, at)
        elif text[at] == ",":
            items.append(text[start:at].strip())
            start = at + 1
        at += 1
    return [each for each in (*items, text[start:].strip()) if each]
