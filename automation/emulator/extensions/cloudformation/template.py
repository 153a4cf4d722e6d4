"""Reads a template, and resolves what it says about resources."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from automation.emulator.extensions.double import Refused

_NO_VALUE = object()
_PLACE = re.compile(r"\$\{([^!][^}]*)\}")


class _Loader(yaml.SafeLoader):
    """Writes `!Sub x` as `{"Fn::Sub": x}`."""


def _function(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        value: Any = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    else:
        value = str(node.value)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _function)


def invalid(message: str) -> Refused:
    """What CloudFormation answers to a request that makes no sense to it."""
    return Refused("ValidationError", message)


class Template:
    """A template with its parameters; `attribute` tells what resources that exist are like.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
    """

    def __init__(
        self,
        body: str,
        parameters: Mapping[str, str],
        pseudo: Mapping[str, str],
        attribute: Callable[[str, str], Any],
    ) -> None:
        self._content = yaml.load(body, Loader=_Loader)  # noqa: S506
        self._attribute = attribute
        self.parameters = dict(self._checked(parameters))
        self._names = {**pseudo, **dict(self._typed())}
        self.resources: dict[str, dict[str, Any]] = {
            name: each
            for name, each in self._content["Resources"].items()
            if self._holds(each.get("Condition"))
        }

    def properties(self, name: str) -> dict[str, Any]:
        """What a resource is to be like."""
        resolved: dict[str, Any] = self._resolve(self.resources[name].get("Properties", {}))
        return resolved

    def outputs(self) -> list[dict[str, Any]]:
        """What the template tells others."""
        return [
            {"OutputKey": name, "OutputValue": self._resolve(each["Value"])}
            for name, each in self._content.get("Outputs", {}).items()
            if self._holds(each.get("Condition"))
        ]

    def order(self) -> list[str]:
        """The resources, each after those that it refers to."""
        done: dict[str, None] = {}

        def visit(name: str) -> None:
            if name not in done and name in self.resources:
                for other in _mentioned(self.resources[name]):
                    if other != name:
                        visit(other)
                done[name] = None

        for name in self.resources:
            visit(name)
        return list(done)

    def _checked(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        declared = self._content.get("Parameters", {})
        for name in given:
            if name not in declared:
                raise invalid(f"Parameters: [{name}] do not exist in the template")
        for name, rules in declared.items():
            value = given.get(name, rules.get("Default"))
            if value is None:
                raise invalid(f"Parameters: [{name}] must have values")
            items = str(value).split(",") if "List" in rules["Type"] else [str(value)]
            pattern, allowed = rules.get("AllowedPattern", ".*"), rules.get("AllowedValues")
            if not all(re.fullmatch(pattern, item) for item in items) or (
                allowed and value not in allowed
            ):
                reason = rules.get("ConstraintDescription", "")
                raise invalid(f"Parameter '{name}' must be {reason}")
            yield name, str(value)

    def _typed(self) -> Iterator[tuple[str, Any]]:
        for name, value in self.parameters.items():
            kind = self._content["Parameters"][name]["Type"]
            if kind == "Number":
                yield name, int(value)
            else:
                yield name, value.split(",") if "List" in kind else value

    def _holds(self, condition: Any) -> bool:
        if condition is None:
            return True
        if isinstance(condition, str):
            return self._holds(self._content["Conditions"][condition])
        ((function, value),) = condition.items()
        if function == "Condition":
            return self._holds(value)
        if function == "Fn::And":
            return all(self._holds(each) for each in value)
        if function == "Fn::Not":
            return not self._holds(value[0])
        if function == "Fn::Equals":
            one, other = (self._resolve(each) for each in value)
            return bool(one == other)
        raise NotImplementedError(function)

    def _resolve(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolve(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html
        resolved = {name: self._resolve(each) for name, each in value.items()}
        return {name: each for name, each in resolved.items() if each is not _NO_VALUE}

    def _call(self, function: str, argument: Any) -> Any:
        if function == "Ref":
            return self._reference(argument)
        if function == "Fn::GetAtt":
            return self._attribute(*argument)
        if function == "Fn::If":
            condition, yes, no = argument
            return self._resolve(yes if self._holds(condition) else no)
        if function == "Fn::Sub":
            return self._substitute(argument)
        separator, parts = (self._resolve(each) for each in argument)
        if function == "Fn::Join":
            return separator.join(parts)
        if function == "Fn::Split":
            return parts.split(separator)
        raise NotImplementedError(function)

    def _reference(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        return self._names[name] if name in self._names else self._attribute(name, "Ref")

    def _substitute(self, argument: Any) -> str:
        text, local = argument if isinstance(argument, list) else (argument, {})

        def fill(place: re.Match[str]) -> str:
            name = place[1]
            if name in local:
                return str(self._resolve(local[name]))
            owner, _, attribute = name.partition(".")
            return str(self._attribute(owner, attribute) if attribute else self._reference(name))

        return _PLACE.sub(fill, text)


def _mentioned(value: Any) -> Iterator[str]:
    """Every name that a template's value mentions, of resources and of others."""
    if isinstance(value, list):
        for each in value:
            yield from _mentioned(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name in ("Ref", "DependsOn") and isinstance(each, str):
                yield each
            elif name == "Fn::GetAtt":
                yield each[0]
            elif name == "Fn::Sub":
                text = each[0] if isinstance(each, list) else each
                yield from (place.split(".")[0] for place in _PLACE.findall(text))
            yield from _mentioned(each)
