"""The files of a stack: which block of it stands where a reader would look for it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automation.errors import CommandError
from automation.export import templates
from automation.export.blocks import Body, block, instances
from automation.terraform.schemas import Schemas

_CONDITION = Body(literals=frozenset())
_CONDITIONS = {"precondition": _CONDITION, "postcondition": _CONDITION}
_LIFECYCLE = Body(
    references=frozenset({"ignore_changes", "replace_triggered_by"}), blocks=_CONDITIONS
)
_CONNECTION = {"connection": Body()}
_PROVISIONER = Body(labels=1, references=frozenset({"when", "on_failure"}), blocks=_CONNECTION)
_META = {"lifecycle": _LIFECYCLE, "provisioner": _PROVISIONER, **_CONNECTION}
_REFERENCES = frozenset({"depends_on", "provider"})
# The blocks of the schemas, by the block that they are in.
_KINDS = {"resource": "resource", "data": "data_source", "ephemeral": "ephemeral_resource"}

# What else a stack may hold: the file, how many labels it has, and what may stand in it.
_OTHERS: Mapping[str, tuple[str, int, Body]] = {
    "locals": ("locals", 0, Body()),
    "variable": (
        "variables",
        1,
        Body(
            references=frozenset({"type"}),
            literals=frozenset({"default", "description"}),
            blocks={"validation": Body()},
        ),
    ),
    "output": (
        "outputs",
        1,
        Body(
            references=frozenset({"depends_on"}),
            literals=frozenset({"description"}),
            blocks={"precondition": _CONDITION},
        ),
    ),
    "module": ("modules", 1, Body(references=frozenset({"depends_on", "providers"}))),
    "import": ("imports", 0, Body(references=frozenset({"to", "provider"}))),
    "moved": ("moved", 0, Body(references=frozenset({"from", "to"}))),
    "removed": (
        "moved",
        0,
        Body(references=frozenset({"from"}), blocks={"lifecycle": _LIFECYCLE}),
    ),
}
_FIRST = ("terraform", "provider")
# Terraform takes files of this name for another layer over the rest.
# https://developer.hashicorp.com/terraform/language/files/override
_OVERRIDE = re.compile(r"(.*_)?override")

# A file, and a block of it, line by line.
_Placed = tuple[str, list[str]]


def files(content: Mapping[str, Any], schemas: Schemas) -> Mapping[str, str]:
    """Native Terraform for a stack's JSON, by file; `terraform fmt` has yet to indent it."""
    found: dict[str, list[str]] = {}
    for name, lines in _blocks(content, schemas):
        found.setdefault(f"{name}.tf", []).append("\n".join(lines) + "\n")
    return {name: "\n".join(each) for name, each in found.items()}


def _blocks(content: Mapping[str, Any], schemas: Schemas) -> Iterator[_Placed]:
    settings = content.get("terraform", {})
    yield from _terraform(settings)
    yield from _providers(content, settings, schemas)
    for kind, value in content.items():
        if kind in _KINDS:
            for labels, body in instances(value, 2):
                schema = Body.of(schemas.of(_KINDS[kind], labels[0]))
                known = schema.holding(references=_REFERENCES, blocks=_META)
                yield _construct(labels[0], body), list(block(_head(kind, labels), body, known))
        elif kind in _OTHERS:
            name, count, known = _OTHERS[kind]
            for labels, body in instances(value, count):
                yield name, list(block(_head(kind, labels), body, known))
        elif kind not in ("//", *_FIRST):
            raise CommandError(f"{kind}: there is no way to export such a block")


def _head(kind: str, labels: Sequence[str]) -> str:
    return " ".join([kind, *(templates.quote(templates.literal(each)) for each in labels)])


def _terraform(settings: Mapping[str, Any]) -> Iterator[_Placed]:
    """Versions and backend, each in a file of its own; nothing is evaluated in them."""
    required = {name: _sourced(each) for name, each in settings["required_providers"].items()}
    version = {name: each for name, each in settings.items() if name == "required_version"}
    rest = settings.keys() - {"required_version", "required_providers", "backend"}
    if rest:
        raise CommandError(f"terraform: there is no way to export {', '.join(sorted(rest))}")
    blocks = {"required_providers": Body(literals=frozenset(required))}
    known = Body(literals=frozenset(version), blocks=blocks)
    versions = {**version, "required_providers": required}
    yield "terraform", list(block("terraform", versions, known))
    for labels, config in instances(settings.get("backend"), 1):
        known = Body(blocks={"backend": Body(labels=1, literals=frozenset(config))})
        backend = {"backend": {labels[0]: config}}
        yield "backend", list(block("terraform", backend, known))


def _sourced(provider: Mapping[str, Any]) -> Mapping[str, Any]:
    """A required provider by its whole source: `aws` is short for `hashicorp/aws`."""
    source = str(provider["source"])
    return {**provider, "source": source if "/" in source else f"hashicorp/{source}"}


def _providers(
    content: Mapping[str, Any], settings: Mapping[str, Any], schemas: Schemas
) -> Iterator[_Placed]:
    for labels, body in instances(content.get("provider"), 1):
        source = settings["required_providers"][labels[0]]["source"]
        known = Body.of(schemas.provider(source))
        yield "providers", list(block(_head("provider", labels), body, known))


def _construct(type_: str, body: Mapping[str, Any]) -> str:
    """The file of a resource: named after the part of the stack that it belongs to."""
    if type_ == "terraform_remote_state":
        return "remote-states"
    path = str(body.get("//", {}).get("metadata", {}).get("path", "")).split("/")
    name = re.sub(r"[^a-z0-9_-]+", "-", path[1].lower()) if len(path) > 1 else "main"
    return f"{name}-resources" if _OVERRIDE.fullmatch(name) else name
