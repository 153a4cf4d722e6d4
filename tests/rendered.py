"""What Terraform would make of a synthesized text, with given values of other resources."""

import json
import re
from collections.abc import Mapping

_PART = re.compile(r'("(?:\\.|[^"\\])*")|nonsensitive\(([^)]*)\)')


def rendered(expression: str, values: Mapping[str, str]) -> str:
    """The text in `${base64gzip(…)}`; a value is known by how the reference to it ends."""
    matched = re.fullmatch(r'\$\{base64gzip\((?:join\("", \[)?(.*?)(?:\]\))?\)\}', expression)
    assert matched is not None, expression
    parts = _PART.findall(matched[1])
    return "".join(_string(text) if text else _value(name, values) for text, name in parts)


def _string(text: str) -> str:
    content: str = json.loads(text)
    return content.replace("$${", "${").replace("%%{", "%{")


def _value(reference: str, values: Mapping[str, str]) -> str:
    (value,) = (value for end, value in values.items() if reference.endswith(end))
    return value
