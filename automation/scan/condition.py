"""What settings must say for an exception to hold: `database.multi_az = false`."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from config import Settings

_FORM = re.compile(r"([a-z_]+(?:\.[a-z_]+)*) (=|<|>|lacks) (.+)")
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda found, given: bool(found == given),
    "<": lambda found, given: bool(found < given),
    ">": lambda found, given: bool(found > given),
    "lacks": lambda found, given: given not in found,
}


@dataclass(frozen=True)
class Condition:
    """A key of the settings, a sign, and what to hold the key's value against."""

    key: str
    sign: str
    value: Any

    def holds(self, settings: Settings) -> bool:
        """Whether an environment's settings say so."""
        found = settings.model_dump(mode="json")
        for part in self.key.split("."):
            found = found[part]
        return _SIGNS[self.sign](found, self.value)


def parse(text: str) -> Condition:
    """Read a condition; raises `ValueError` that says what one looks like."""
    written = _FORM.fullmatch(text)
    if not written:
        raise ValueError(f"when: received {text!r}; expected `<key> <one of = < > lacks> <JSON>`")
    key, sign, value = written.groups()
    model: Any = Settings
    for part in key.split("."):
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            raise ValueError(f"when: {key} is no setting: docs/settings.md has every key")
        model = fields[part].annotation
    try:
        return Condition(key, sign, json.loads(value))
    except json.JSONDecodeError as error:
        raise ValueError(f"when: received {value!r}; expected JSON: {error}") from error
