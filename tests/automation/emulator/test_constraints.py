"""Recorded requests keep all rules of AWS's models; one rule broken anywhere in them is noticed."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape
from botocore.session import Session
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.utils import get_service_model

from automation.emulator import validation
from automation.emulator.calls import ApiCall
from automation.emulator.constraints import breaches, compiled
from tests.automation.emulator import recorded


def operation(request: Mapping[str, Any]) -> OperationModel:
    model = get_service_model(request["service"]).operation_model(request["name"])
    assert isinstance(model, OperationModel)
    return model


def call(request: Mapping[str, Any], parameters: Mapping[str, Any]) -> ApiCall:
    return ApiCall(
        request["service"], operation(request), dict(parameters), request["region"], access_key=""
    )


@dataclass(frozen=True)
class Rule:
    """A rule about a value of a request, and a value that breaks it; None takes it away."""

    path: tuple[str | int, ...]
    kind: str
    broken: Any

    def breaking(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        changed: Any = deepcopy(parameters)
        inside = changed
        for part in self.path[:-1]:
            inside = inside[part]
        if self.broken is None:
            del inside[self.path[-1]]
        else:
            inside[self.path[-1]] = self.broken
        assert isinstance(changed, dict)
        return changed


def rules(shape: Shape, value: Any, path: tuple[str | int, ...] = ()) -> Iterator[Rule]:
    """Every rule that can be broken in a value."""
    yield from _inside(shape, value, path)
    if isinstance(shape, StringShape):
        yield from _lengths(shape, value, path)
        yield from _texts(shape, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(shape, path)


def _inside(shape: Shape, value: Any, path: tuple[str | int, ...]) -> Iterator[Rule]:
    if isinstance(shape, StructureShape):
        for name in shape.required_members:
            yield Rule((*path, name), "required", None)
        for name, each in value.items():
            if name in shape.members:
                yield from rules(shape.members[name], each, (*path, name))
    elif isinstance(shape, ListShape):
        yield from _lengths(shape, value, path)
        for number, each in enumerate(value):
            yield from rules(shape.member, each, (*path, number))
    elif isinstance(shape, MapShape):
        for key, each in value.items():
            yield from rules(shape.value, each, (*path, key))


def _texts(shape: StringShape, path: tuple[str | int, ...]) -> Iterator[Rule]:
    if shape.enum:
        yield Rule(path, "enumeration", "no such value")
    pattern = shape.metadata.get("pattern")
    if pattern:
        hostile = (each for each in _HOSTILE if not compiled(pattern).fullmatch(each))
        yield from (Rule(path, "pattern", each) for each in hostile)


_HOSTILE = ("\x00", "a b/!?ä", "\n", "-", "x" * 5000)


def _lengths(shape: Shape, value: Any, path: tuple[str | int, ...]) -> Iterator[Rule]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least:
        yield Rule(path, "shortest", value[: least - 1])
    if most is not None and most < 100_000:
        filled = value or ("x" if isinstance(value, str) else [])
        times = most // max(len(filled), 1) + 1
        if filled:
            yield Rule(path, "longest", filled * times)


def _bounds(shape: Shape, path: tuple[str | int, ...]) -> Iterator[Rule]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None:
        yield Rule(path, "least", least - 1)
    if most is not None:
        yield Rule(path, "most", most + 1)


@pytest.mark.parametrize("request_", recorded.requests(), ids=lambda each: str(each["name"]))
def test_no_request_of_a_good_rehearsal_is_refused(request_: Mapping[str, Any]) -> None:
    assert validation.refusal(call(request_, request_["parameters"])) is None


def test_there_are_rules_of_every_kind() -> None:
    assert len(recorded.requests()) > 100
    found = {rule.kind for request in recorded.requests() for rule in _rules(request)}
    kinds = ("required", "enumeration", "pattern", "shortest", "longest", "least", "most")
    assert found == set(kinds)


@settings(max_examples=400)
@given(st.data())
def test_a_broken_rule_is_noticed(data: st.DataObject) -> None:
    request = data.draw(st.sampled_from([each for each in recorded.requests() if _rules(each)]))
    rule = data.draw(st.sampled_from(_rules(request)))
    refused = validation.refusal(call(request, rule.breaking(request["parameters"])))
    assert refused is not None, rule
    name = next(str(each) for each in reversed(rule.path) if isinstance(each, str))
    assert name.lower() in str(refused).lower()


def _rules(request: Mapping[str, Any]) -> list[Rule]:
    shape = operation(request).input_shape
    return list(rules(shape, request["parameters"])) if shape else []


def test_every_pattern_of_the_models_can_be_read() -> None:
    session = Session()
    services = {each["service"] for each in recorded.requests()}
    for service in services:
        model = session.get_service_model(service)
        for name in model.shape_names:
            pattern = model.shape_for(name).metadata.get("pattern")
            if pattern:
                compiled(pattern)


def test_what_the_model_does_not_know_is_left_alone() -> None:
    shape = get_service_model("kms").operation_model("CreateKey").input_shape
    assert shape is not None
    assert list(breaches(shape, {"Unknown": "a"})) == []
