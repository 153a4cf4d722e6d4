import ast
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import pytest

from benchmarks import aws_cdk
from benchmarks.aws_cdk import Made, Values, properties
from benchmarks.contenders import AWS_CDK, everyone
from benchmarks.counterparts import CONSTRUCTS, NO_RESOURCE, Resource, declared
from tests.synthesized import Synthesized


class Interface:
    """What only another construct can make, as the bindings have it."""

    __jsii_type__ = "resolvable"


class Part:
    """A structure, as the bindings have it."""

    __jsii_struct_bases__: ClassVar[list[Any]] = []

    def __init__(self, *, name: str, size: int | None = None) -> None: ...


class Construct:
    def __init__(
        self,
        scope: object,
        id: str,  # noqa: A002
        *,
        first: bool | Interface | None = None,
        needed: str,
        never: Interface | None = None,
        document: Any = None,
        parts: Sequence[Part | Mapping[str, Any]] | Interface | None = None,
    ) -> None: ...


def resource(type_: str = "aws_vpc", name: str = "a", **arguments: Any) -> Resource:
    return Resource("network", type_, name, arguments)


def written(**arguments: Any) -> dict[str, str]:
    return properties(Construct, Values(resource(**arguments), {}))


def test_every_type_of_production_is_known(prod: Mapping[str, Synthesized]) -> None:
    """Add a new one to `CONSTRUCTS`, or to `NO_RESOURCE` when CloudFormation has none."""
    types = {each for tier in prod.values() for each in tier.parsed["resource"]}
    assert types
    assert types <= {*CONSTRUCTS, *NO_RESOURCE}
    assert not NO_RESOURCE & CONSTRUCTS.keys()


def test_scalars_are_counted_however_deep_and_without_what_is_terraforms() -> None:
    found = resource(a=[{"b": 1}, {"b": True}], c={"d": "x"}, lifecycle={"ignore_changes": ["a"]})
    assert found.scalars == [1, True, "x"]


def test_what_is_required_comes_first_and_kinds_find_each_other() -> None:
    found = written(document='{"a": "b"}', flag=False, title="x")
    assert found == {"needed": "'x'", "first": "False", "document": "{'a': 'b'}"}
    assert list(found) == ["needed", "first", "document"]


def test_as_many_values_are_written_as_there_are() -> None:
    values = Values(resource(a=[str(each) for each in range(9)]), {})
    found = properties(Construct, values)
    assert values.taken == 9
    assert found["needed"] == "'0'"
    assert found["parts"].count("Part(") == 3
    assert "never" not in found
    ast.parse(found["parts"])


def test_what_is_required_has_a_value_even_where_none_is_left() -> None:
    values = Values(resource(), {})
    assert properties(Construct, values) == {"needed": "'text'"}
    assert values.taken == 1


def test_a_reference_to_what_is_there_is_one() -> None:
    text = "${aws_vpc.a_1.id}"
    assert Values(resource(a=text), {("aws_vpc", "a_1"): "resource_0"}).text() == "resource_0.ref"
    assert Values(resource(a=text), {}).text() == repr(text)


@pytest.fixture
def bindings_of_one_construct(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("aws_cdk.aws_ec2")
    for each in CONSTRUCTS.values():
        setattr(module, each.partition(".")[2], Construct)
    monkeypatch.setitem(sys.modules, "aws_cdk", ModuleType("aws_cdk"))
    monkeypatch.setitem(sys.modules, "aws_cdk.aws_ec2", module)


@pytest.mark.usefixtures("bindings_of_one_construct")
def test_what_has_no_counterpart_is_told_by_count(tmp_path: Path) -> None:
    resources = [
        resource("aws_subnet", "s", vpc_id="${aws_vpc.v.id}"),
        resource("aws_vpc", "v", cidr_block="10.0.0.0/16"),
        resource("aws_s3_object", "o", key="x"),
        resource("aws_s3_object", "p", key="x"),
        resource("aws_unheard_of", "u", key="x"),
    ]
    made = aws_cdk.write(resources, tmp_path)
    assert made == Made(2, 2, 2, {"aws_s3_object": 2, "aws_unheard_of": 1})
    source = (tmp_path / "tiers.py").read_text(encoding="utf-8")
    ast.parse(source)
    vpc = "resource_0 = aws_ec2.CfnVPC(stack, 'v', needed='10.0.0.0/16')"
    subnet = "resource_1 = aws_ec2.CfnSubnet(stack, 's', needed=resource_0.ref)"
    assert source.index(vpc) < source.index(subnet)


@pytest.mark.slow
@pytest.mark.rehearsal
def test_the_real_contenders_synthesize_the_same(tmp_path: Path) -> None:
    """As `make bench` has them, once each."""
    contenders, made = everyone(tmp_path, print)
    for each in contenders:
        assert each.synthesize(2, tmp_path / each.name).seconds > 0
    ours = declared(tmp_path / "platform")
    assert made.resources + sum(made.left_out.values()) == len(ours)
    assert made.resources > 0.8 * len(ours)
    assert made.properties == pytest.approx(made.arguments, rel=0.1)
    frameworks = [each.name for each in contenders if each.name != AWS_CDK]
    assert len(frameworks) == 3
    for name in frameworks:
        assert len(declared(tmp_path / name)) == len(ours)
    # Names of types are not derived: they are compared by how often each is there.
    templates = (tmp_path / AWS_CDK).glob("*.template.json")
    found = Counter(
        each["Type"]
        for file in templates
        for each in json.loads(file.read_bytes())["Resources"].values()
    )
    wanted = Counter(2 * [CONSTRUCTS[each.type] for each in ours if each.type in CONSTRUCTS])
    assert sorted(found.values()) == sorted(wanted.values())
