"""Plain values as TOML."""

import json
from typing import Any


def toml(values: dict[str, Any]) -> str:
    """The same settings as TOML, all tables inline."""
    return "".join(f"{json.dumps(key)} = {_inline(value)}\n" for key, value in values.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_string(k)} = {_inline(v)}' for k, v in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return _string(value) if isinstance(value, str) else str(value).lower()


def _string(text: str) -> str:
    # TOML knows no control character as it is, and no more escapes than JSON.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
