"""Finds what of a stack can be applied while others still wait for what takes longest.

The stacks build on each other, and so does what they wait for: the database's minute, then the load
balancer's, then the distribution's. Resources are less patient than stacks: a load balancer needs
no database.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automation.synthesis import OUTPUT_REFERENCE, Stack, key_of, references

# What the provider waits longest for, without reading anything that is slow itself.
SLOW = frozenset({"aws_db_instance", "aws_s3_bucket_lifecycle_configuration"})
_REFERENCE = re.compile(r"\b((?:data\.)?[a-z]\w*\.[A-Za-z_][\w-]*)")
_LOOKUP = "terraform_remote_state"
_OUTPUTS = "output."


def ahead(stacks: Sequence[Stack]) -> Mapping[str, tuple[str, ...] | None]:
    """The addresses of each stack that nothing slow comes before; None when it is all of them.

    `stacks` are in the order in which they build on each other. What is slow in a stack that none
    of them reads keeps nobody waiting.
    """
    awaited = {key for stack in stacks for key in references(stack)}
    slow_outputs: set[tuple[str, str]] = set()
    found: dict[str, tuple[str, ...] | None] = {}
    for stack in stacks:
        slow = _slow(stack, SLOW if key_of(stack) in awaited else frozenset(), slow_outputs)
        resources = [address for address, _ in _each(stack, "resource", "")]
        quick = tuple(address for address in resources if address not in slow)
        found[stack.name] = None if len(quick) == len(resources) else quick
        slow_outputs |= {
            (key_of(stack), address.removeprefix(_OUTPUTS))
            for address in slow
            if address.startswith(_OUTPUTS)
        }
    return found


def _slow(stack: Stack, types: frozenset[str], outputs: set[tuple[str, str]]) -> set[str]:
    """The addresses in a stack that are of slow types, or come after something slow."""
    bodies = {address: json.dumps(body) for address, body in _bodies(stack)}
    lookups = stack.content.get("data", {}).get(_LOOKUP, {})
    keys = {name: lookup["config"]["key"] for name, lookup in lookups.items()}

    def reads_slowly(body: str) -> bool:
        return any(
            (keys.get(name), output) in outputs for name, output in OUTPUT_REFERENCE.findall(body)
        )

    slow = {
        address
        for address, body in bodies.items()
        if address.split(".")[0] in types or reads_slowly(body)
    }
    while after := {
        address
        for address, body in bodies.items()
        if address not in slow and slow & set(_REFERENCE.findall(body))
    }:
        slow |= after
    return slow


def _bodies(stack: Stack) -> Iterator[tuple[str, Any]]:
    """All that refers to something, or is referred to."""
    yield from _each(stack, "resource", "")
    yield from _each(stack, "data", "data.")
    for part, prefix in (("locals", "local."), ("output", _OUTPUTS)):
        for name, body in stack.content.get(part, {}).items():
            yield prefix + name, body


def _each(stack: Stack, part: str, prefix: str) -> Iterator[tuple[str, Any]]:
    for type_, bodies in stack.content.get(part, {}).items():
        if type_ != _LOOKUP:
            yield from ((f"{prefix}{type_}.{id_}", body) for id_, body in bodies.items())
