"""Masks credentials, and values that are named like secrets, in texts."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

MASK = "***"
_NAMES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
_SHORTEST = 8
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b")
_NAMED = re.compile(
    r"""((?:password|passwd|secret(?:_?(?:access)?_?key|string)?|session_?token|private_?key)
    ["']?\s*[:=]\s*["']?)([^\s"',;}]+)""",
    re.IGNORECASE | re.VERBOSE,
)


class Mask:
    """Takes the user's credentials, and whatever is named like a secret, out of texts.

    Terraform itself masks what configuration and providers mark as sensitive; this is for what
    AWS and providers say in free text.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        variables = [value for name, value in environ.items() if name.startswith("TF_VAR_")]
        given = [*(environ.get(name, "") for name in _NAMES), *variables]
        self._values = frozenset(value for value in given if len(value) >= _SHORTEST)

    def of(self, values: Iterable[str]) -> "Mask":
        """One that hides these, too; what is too short is in too many texts to be taken out."""
        found = copy.copy(self)
        found._values = self._values | {each for each in values if len(each) >= _SHORTEST}
        found.__dict__.pop("_pattern", None)
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        """The longest first, as one may be part of another."""
        longest = sorted(self._values, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest))) if longest else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        if self._pattern:
            text = self._pattern.sub(MASK, text)
        return _NAMED.sub(rf"\1{MASK}", _KEY_ID.sub(MASK, text))

    def within(self, value: Any) -> Any:
        """The same for every text inside a value."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {key: self.within(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.within(each) for each in value]
        return value


def secrets(value: Any, secret: Any) -> Iterator[str]:
    """Every text that is marked as a secret; elsewhere the same text may not be."""
    if isinstance(value, str):
        yield from [value] if secret is True else []
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from secrets(each, secret.get(name) if isinstance(secret, dict) else secret)
    elif isinstance(value, list):
        marks = secret if isinstance(secret, list) else [secret] * len(value)
        for each, mark in zip(value, marks, strict=False):
            yield from secrets(each, mark)
