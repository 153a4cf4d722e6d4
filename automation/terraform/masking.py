"""Masks credentials, and values that are named like secrets, in texts."""

import re
from collections.abc import Mapping
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
        self._values = [value for value in given if len(value) >= _SHORTEST]

    def __call__(self, text: str) -> str:
        """The text without them."""
        for value in self._values:
            text = text.replace(value, MASK)
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
