"""A plan's configuration: what it declares, in modules too, and what refers to what in it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from automation.terraform.stacks import OUTPUT_REFERENCE

# A resource, or what is looked up, at the beginning of a reference.
_RESOURCE = re.compile(r"(?:data\.)?[\w-]+\.[\w-]+")
_VARIABLE = re.compile(r"var\.([\w-]+)")
_MODULE_OUTPUT = re.compile(r"module\.([\w-]+)(?:\[[^]]*])?\.([\w-]+)")
# An expression of a plan's configuration, and the module that it is in: "module.a.module.b.".
_Placed = tuple[str, Any]


class Configuration:
    """What a plan's configuration declares, in modules too, and what refers to what.

    https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
    """

    def __init__(self, plan: Mapping[str, Any], stacks: Iterable[str]) -> None:
        self._stacks = tuple(stacks)
        self._resources: dict[str, _Placed] = {}
        self._variables: dict[tuple[str, str], _Placed] = {}
        self._outputs: dict[tuple[str, str], _Placed] = {}
        self._add(_mapping(plan.get("configuration")).get("root_module"), "")

    def _add(self, module: Any, prefix: str) -> None:
        found = _mapping(module)
        for resource in map(_mapping, _list(found.get("resources"))):
            self._resources[f"{prefix}{resource.get('address')}"] = prefix, resource
        for name, output in _mapping(found.get("outputs")).items():
            self._outputs[prefix, name] = prefix, output
        for name, call in _mapping(found.get("module_calls")).items():
            inner = f"{prefix}module.{name}."
            for variable, expression in _mapping(_mapping(call).get("expressions")).items():
                self._variables[inner, variable] = prefix, expression
            self._add(_mapping(call).get("module"), inner)

    @cached_property
    def upstreams(self) -> frozenset[str]:
        """The stacks whose states are looked up."""
        return frozenset(self._lookups.values())

    @cached_property
    def _lookups(self) -> Mapping[str, str]:
        """The stack whose state each lookup reads, by the lookup's address."""
        # A backend's key is "prod-349081/network/terraform.tfstate".
        texts = {
            address: json.dumps(resource)
            for address, (_, resource) in self._resources.items()
            if resource.get("type") == "terraform_remote_state"
        }
        return {
            address: stack
            for address, text in texts.items()
            for stack in self._stacks
            if f"/{stack}/terraform.tfstate" in text
        }

    @cached_property
    def uses(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """What each resource refers to, by its attributes.

        That is another resource by its address, or an output of a stack: "network/vpc_id".
        """
        return {
            address: {
                name: tuple(dict.fromkeys(self._referred(prefix, expression)))
                for name, expression in (
                    *_mapping(resource.get("expressions")).items(),
                    ("depends_on", {"references": resource.get("depends_on")}),
                )
            }
            for address, (prefix, resource) in self._resources.items()
        }

    @cached_property
    def put_out(self) -> Mapping[str, tuple[str, ...]]:
        """The resources that each output of the stack is made from."""
        return {
            name: tuple(dict.fromkeys(self._referred(*placed)))
            for (module, name), placed in self._outputs.items()
            if not module
        }

    def _referred(self, prefix: str, expression: Any) -> Iterator[str]:
        for module, reference in self._followed(prefix, expression, frozenset()):
            read, resource = OUTPUT_REFERENCE.match(reference), _RESOURCE.match(reference)
            address = f"{module}{resource[0]}" if resource else ""
            if read and address in self._lookups:
                yield f"{self._lookups[address]}/{read[2]}"
            elif address in self._resources:
                yield address

    def _followed(
        self, prefix: str, expression: Any, seen: frozenset[tuple[str, str]]
    ) -> Iterator[tuple[str, str]]:
        """Each reference with its module, through variables and outputs of modules."""
        for reference in _references(expression):
            variable, output = _VARIABLE.match(reference), _MODULE_OUTPUT.match(reference)
            placed: _Placed | None = None
            if variable:
                placed = self._variables.get((prefix, variable[1]))
            elif output:
                placed = self._outputs.get((f"{prefix}module.{output[1]}.", output[2]))
            if placed is None:
                yield prefix, reference
            elif (prefix, reference) not in seen:
                yield from self._followed(*placed, seen | {(prefix, reference)})


def _references(expression: Any) -> Iterator[str]:
    """All that is referred to in an expression, or in many."""
    if isinstance(expression, dict):
        yield from map(str, _list(expression.get("references")))
        for each in expression.values():
            yield from _references(each)
    elif isinstance(expression, list):
        for each in expression:
            yield from _references(each)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
