"""Texts of a policy that a request is compared with: their wildcards and variables.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

# What a request says of itself: values by condition key in lower case, none of them empty.
Scalar = str | bool | int | float
Context = Mapping[str, tuple[str, ...]]
Value = Scalar | Sequence[Scalar]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT = re.compile(r"(.*?),\s*'(.*)'\s*", re.DOTALL)
# `${*}` is an asterisk that is no wildcard.
_ESCAPES = ("*", "?", "$")
# The last part of an ARN follows the fifth colon, and may have colons of its own.
_COLONS = 5


def context_of(values: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
    """Values by condition key as policies compare them; a key without any is not there."""
    found = {key.lower(): texts_of(value) for key, value in values.items()}
    return {key: texts for key, texts in found.items() if texts}


def texts_of(value: Value) -> tuple[str, ...]:
    """A value, or several, as texts."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence):
        return tuple(_text(each) for each in value)
    return (_text(value),)


def _text(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Piece:
    """A part of a text: as it is written, the value of a key, or characters without meaning."""

    text: str
    key: str = ""
    literal: bool = False

    def value(self, context: Context) -> str | None:
        """What it stands for; None for a key that has no value, or several, and no default."""
        if not self.key:
            return self.text
        values = context.get(self.key, ())
        if len(values) == 1:
            return values[0]
        return self.text if self.literal else None


@dataclass(frozen=True)
class Text:
    """A text of a policy; one with variables means another thing for each request."""

    written: str
    pieces: tuple[Piece, ...]

    @classmethod
    def parse(cls, written: str, *, variables: bool) -> "Text":
        """Find the variables, which only newer policies have."""
        if not variables or "${" not in written:
            return cls(written, (Piece(written),))
        # Every second part is what stood inside braces.
        parts = _VARIABLE.split(written)
        pieces = [_variable(part) if n % 2 else Piece(part) for n, part in enumerate(parts)]
        return cls(written, tuple(piece for piece in pieces if piece.text or piece.key))

    @cached_property
    def fixed(self) -> bool:
        """Whether it means the same for every request."""
        return not any(piece.key for piece in self.pieces)

    def value(self, context: Context) -> str | None:
        """The text without wildcards' meaning; None if a variable has no value."""
        values = [piece.value(context) for piece in self.pieces]
        return None if None in values else "".join(value or "" for value in values)

    def like(self, value: str, context: Context) -> bool | None:
        """Whether a value matches, with wildcards; None if a variable has no value."""
        pattern = self._plain if self.fixed else self._compiled(context, arn=False)
        return None if pattern is None else bool(pattern.fullmatch(value))

    def like_arn(self, value: str, context: Context) -> bool | None:
        """The same for an ARN, where no wildcard passes from one of its six parts to the next."""
        pattern = self._arn if self.fixed else self._compiled(context, arn=True)
        return None if pattern is None else bool(pattern.fullmatch(value))

    @cached_property
    def _plain(self) -> re.Pattern[str] | None:
        return self._compiled({}, arn=False)

    @cached_property
    def _arn(self) -> re.Pattern[str] | None:
        return self._compiled({}, arn=True)

    def _compiled(self, context: Context, *, arn: bool) -> re.Pattern[str] | None:
        source = self.regex(context, arn=arn)
        return None if source is None else re.compile(source, re.DOTALL)

    def regex(self, context: Context, *, arn: bool) -> str | None:
        """The text as a regular expression; None if a variable has no value."""
        colons = 0 if arn else _COLONS
        found = []
        for piece in self.pieces:
            value = piece.value(context)
            if value is None:
                return None
            if piece.key or piece.literal:
                found.append(re.escape(value))
                continue
            source, colons = wildcards(value, colons)
            found.append(source)
        # An ARN that ends early covers all that follows, as "*" does.
        if colons < _COLONS and found and found[-1].endswith("[^:]*"):
            found[-1] = found[-1].removesuffix("[^:]*") + ".*"
        return "".join(found)


def _variable(inside: str) -> Piece:
    if inside in _ESCAPES:
        return Piece(inside, literal=True)
    default = _DEFAULT.fullmatch(inside)
    if default:
        return Piece(default[2], key=default[1].strip().lower(), literal=True)
    return Piece("", key=inside.strip().lower())


def wildcards(text: str, colons: int = _COLONS) -> tuple[str, int]:
    """A regular expression for a text with wildcards, and how many of an ARN's colons it passed.

    Before the last part of an ARN no wildcard stands for a colon.
    """
    found = []
    for character in text:
        anything = "." if colons >= _COLONS else "[^:]"
        if character == "*":
            found.append(anything + "*")
        elif character == "?":
            found.append(anything)
        else:
            colons += character == ":"
            found.append(re.escape(character))
    return "".join(found), colons
