"""All stacks of an environment as one Terraform document, as a scanner can read it.

A scanner that looks at stacks one by one does not see that a group of one is used by an instance of
another. Checkov reads nothing at all of a file as CDKTF writes it: it ends at the `terraform` block
and reports no failure. So the document holds resources and data sources, and nothing else.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from automation.synthesis import Stack

_PARTS = ("resource", "data")
_LOOKUP = "terraform_remote_state"
_REFERENCE = re.compile(r"\b((?:data\.)?[a-z]\w*)\.([A-Za-z_][\w-]*)")
_OUTPUT = re.compile(
    r"data\.terraform_remote_state\.cross-stack-reference-input-([\w-]+)\.outputs\.([\w-]+)"
)
_NONSENSITIVE = re.compile(r"\bnonsensitive\(([^()]*)\)")


@dataclass(frozen=True)
class Document:
    """`paths` are those of the constructs, by the ids that the resources have here."""

    environment: str
    content: Mapping[str, Mapping[str, Mapping[str, Any]]]
    paths: Mapping[str, str]


def merge(environment: str, stacks: Iterable[Stack]) -> Document:
    """Put stacks together: their names before the ids, and values in place of remote states."""
    own = {stack.name: _with_own_ids(stack) for stack in stacks}
    outputs = {
        (name, output): json.dumps(body["value"])[1:-1].removeprefix("${").removesuffix("}")
        for name, content in own.items()
        for output, body in content.get("output", {}).items()
    }
    merged: dict[str, dict[str, dict[str, Any]]] = {part: {} for part in _PARTS}
    paths = {}
    for name, content in own.items():
        for part in _PARTS:
            text = _resolved(json.dumps(content.get(part, {})), outputs)
            for type_, id_, body in _each(json.loads(text)):
                unique = _unique(name, id_)
                merged[part].setdefault(type_, {})[unique] = body
                paths[unique] = _path(name, id_, body)
    return Document(environment, merged, paths)


def _with_own_ids(stack: Stack) -> dict[str, Any]:
    """The stack's JSON, its references to its own resources as they are in the document."""
    declared = {
        (f"data.{type_}" if part == "data" else type_, id_)
        for part in _PARTS
        for type_, id_, _ in _each(stack.content.get(part, {}))
    }

    def own(reference: re.Match[str]) -> str:
        type_, id_ = reference.groups()
        return f"{type_}.{_unique(stack.name, id_)}" if (type_, id_) in declared else reference[0]

    content: dict[str, Any] = _in_strings(stack.content, lambda text: _REFERENCE.sub(own, text))
    return content


def _in_strings(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {key: _in_strings(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_strings(each, change) for each in value]
    return change(value) if isinstance(value, str) else value


def _resolved(text: str, outputs: Mapping[tuple[str, str], str]) -> str:
    """What other stacks put out, and nothing about secrecy, which scanners do not read."""

    def value(reference: re.Match[str]) -> str:
        return outputs.get((reference[1], reference[2]), reference[0])

    while (resolved := _OUTPUT.sub(value, text)) != text:
        text = resolved
    return _NONSENSITIVE.sub(r"\1", text)


def _each(part: Mapping[str, Mapping[str, Any]]) -> Iterable[tuple[str, str, dict[str, Any]]]:
    for type_, resources in part.items():
        if type_ != _LOOKUP:
            yield from ((type_, id_, body) for id_, body in resources.items())


def _unique(stack: str, id_: str) -> str:
    return f"{stack}--{id_}"


def _path(stack: str, id_: str, body: Mapping[str, Any]) -> str:
    """Where the construct is in the tree, which names it better than its id with a hash."""
    path: str = body.get("//", {}).get("metadata", {}).get("path", f"{stack}/{id_}")
    return path
