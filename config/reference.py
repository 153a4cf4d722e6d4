"""The reference of all settings: `python -m config.reference > docs/settings.md`."""

import json
from collections.abc import Iterator

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.allowed import allowed, section_of
from config.settings import Settings

HEADING = """# Settings

Every key of `environments/<name>.toml`: what it is, its default and what it may be. This
page is made from the code: `make docs`.
"""
_SET_BY_TERRACE = {"environment"}


def reference() -> str:
    """The page as Markdown."""
    return "\n".join([HEADING, *_section("", Settings)])


def _section(path: str, model: type[BaseModel]) -> Iterator[str]:
    """One table for the section's own keys, then its sub-sections."""
    fields = {
        name: field for name, field in model.model_fields.items() if name not in _SET_BY_TERRACE
    }
    plain = {name: field for name, field in fields.items() if section_of(field) is None}
    if path:
        yield f"## `[{path}]`\n\n{model.__doc__}\n"
    if plain:
        yield "| key | what it is | default | what it may be |"
        yield "|---|---|---|---|"
        yield from (_row(name, field) for name, field in plain.items())
        yield ""
    for name, field in fields.items():
        section = section_of(field)
        if section is not None:
            inner = f"{path}.{name}".removeprefix(".")
            yield from _section(inner if field.annotation is section else f"[{inner}]", section)


def _row(name: str, field: FieldInfo) -> str:
    is_, may_be = _escaped(field.description or ""), _escaped(allowed(field))
    return f"| `{name}` | {is_} | {_default(field)} | {may_be} |"


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "**required**"
    if default is None:
        return "absent"
    value = list(default) if isinstance(default, tuple) else default
    return f"`{_escaped(json.dumps(value))}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(reference())
