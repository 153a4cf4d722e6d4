"""Members and values that AWS's models do not know: refused, or told of a newer provider."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.model import OperationModel, ServiceModel
from moto.core.request import Request
from moto.core.utils import get_service_model

from automation.emulator import Emulator, calls, unknown, validation
from stacks.base import PROVIDER_VERSION
from tests.automation.emulator import recorded
from tests.automation.emulator.calls import careless

AGENT = "APN/1.0 HashiCorp/1.0 Terraform/1.11.4 terraform-provider-aws/{} aws-sdk-go-v2/1.36.3"
NEWER, TESTED = AGENT.format("6.30.1"), AGENT.format("5.100.0")


def sent(request: Mapping[str, Any]) -> tuple[OperationModel, Request]:
    """A recorded request as it was on the wire."""
    model = get_service_model(request["service"])
    operation = model.operation_model(request["name"])
    spoken = "query" if model.service_name == "cloudwatch" else model.protocol
    serializer = create_serializer(spoken, include_validation=False)
    prepared = serializer.serialize_to_request(parameters(request), operation)
    host = f"https://{model.endpoint_prefix}.{request['region']}.amazonaws.com"
    prepare_request_dict(prepared, host)
    made = create_request_object({"auth_path": None, "context": {}, **prepared}).prepare()
    headers = {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in made.headers.items()
    }
    return operation, Request.from_primitives(made.method, made.url, headers, made.body)


def parameters(request: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of a recorded request as far as they were recorded."""
    model = get_service_model(request["service"])
    shape = model.operation_model(request["name"]).input_shape
    found = shown(shape, request["parameters"]) if shape else {}
    assert isinstance(found, dict)
    return found


def shown(shape: Shape, value: Any) -> Any:
    """A value, of which what is hidden is left out, but for texts."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        found = {name: shown(shape.members[name], each) for name, each in value.items()}
        return {name: each for name, each in found.items() if each is not None}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [shown(shape.member, each) for each in value]
    if isinstance(shape, MapShape) and isinstance(value, Mapping):
        return {name: shown(shape.value, each) for name, each in value.items()}
    hidden = value == "***" and shape.type_name not in ("string", "blob")
    return None if hidden else value


def known(shape: Shape, value: Any) -> Iterator[tuple[str, str]]:
    """The members that a request has in its body, each after the name of its structure's shape."""
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, each in value.items():
            if name in shape.members:
                member = shape.members[name]
                if member.serialization.get("location") not in ("header", "headers", "uri"):
                    yield shape.name, name
                yield from known(member, each)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for each in value:
            yield from known(shape.member, each)
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for each in value.values():
            yield from known(shape.value, each)


def without(operation: OperationModel, shape: str, member: str) -> OperationModel:
    """The same call by a model that does not know a member."""
    description: Any = vars(operation.service_model)["_service_description"]
    structure = description["shapes"][shape]
    left = {name: each for name, each in structure["members"].items() if name != member}
    shapes = {**description["shapes"], shape: {**structure, "members": left}}
    name = operation.service_model.service_name
    model = ServiceModel({**description, "shapes": shapes}, name)
    found: OperationModel = model.operation_model(operation.name)
    return found


@pytest.mark.parametrize(
    "request_", recorded.requests(), ids=lambda each: f"{each['service']}-{each['name']}"
)
def test_no_recorded_request_has_unknown_members(request_: Mapping[str, Any]) -> None:
    assert list(unknown.members(*sent(request_))) == []


def _told_apart() -> list[tuple[Mapping[str, Any], str, str]]:
    found = []
    for request in recorded.requests():
        model = get_service_model(request["service"])
        shape = model.operation_model(request["name"]).input_shape
        payload = shape.serialization.get("payload") if shape else None
        for name, member in dict.fromkeys(known(shape, parameters(request))) if shape else ():
            # Without its payload, a request is another one.
            if not (shape and payload and (name, member) == (shape.name, payload)):
                found.append((request, name, member))
    return found


@settings(max_examples=200)
@given(st.sampled_from(_told_apart()))
def test_whatever_member_a_model_lacks_is_found(case: tuple[Mapping[str, Any], str, str]) -> None:
    request, shape, member = case
    operation, received = sent(request)
    assert list(unknown.members(without(operation, shape, member), received))


def test_there_are_such_members_in_every_protocol() -> None:
    protocols = {unknown.protocol(*sent(request)) for request, _, _ in _told_apart()}
    assert protocols == {"ec2", "json", "query", "rest-json", "rest-xml"}


def test_the_provider_of_the_tests_is_the_oldest_that_is_allowed() -> None:
    tested = ".".join(map(str, validation.TESTED_PROVIDER))
    assert PROVIDER_VERSION.startswith(f">= {tested},")


class Case(NamedTuple):
    """A call with a member that a model does not know, and AWS's code and message, if any."""

    service: str
    name: str
    rest: dict[str, Any]
    member: str
    value: str
    code: str = ""
    said: str = ""


_CASES = (
    Case("ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"}, "InstanceTenancy", "default",
         "UnknownParameter", "The parameter InstanceTenancy is not recognized"),
    Case("route53", "CreateHostedZone", {"Name": "a.example", "CallerReference": "1"},
         "DelegationSetId", "N1", "InvalidInput", "starting with element 'DelegationSetId'"),
    Case("kms", "CreateKey", {}, "Description", "a key"),
    Case("sns", "CreateTopic", {"Name": "a"}, "DataProtectionPolicy", "{}"),
    Case("xray", "CreateGroup", {"GroupName": "a"}, "FilterExpression", "fault"),
)  # fmt: skip


@pytest.mark.parametrize("provider", [None, (5, 100, 0), (5, 99, 9), (6, 0, 0)])
@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.service)
def test_an_unknown_member_is_refused_where_aws_does_so_and_else_told(
    case: Case, provider: tuple[int, ...] | None
) -> None:
    given_ = {**case.rest, case.member: case.value}
    operation, received = sent({**case._asdict(), "parameters": given_, "region": "us-west-2"})
    assert operation.input_shape is not None
    older = without(operation, operation.input_shape.name, case.member)
    found = tuple(unknown.members(older, received))
    call = calls.ApiCall(case.service, operation, case.rest, "us-west-2", "", provider, found)
    refusal, told = validation.refusal(call), validation.told(call)
    if case.code and provider != (6, 0, 0):
        assert refusal is not None
        assert (refusal.code, case.said in refusal.message) == (case.code, True)
        assert told == []
    else:
        assert refusal is None
        assert told == [case.member]


@pytest.mark.parametrize("agent", [TESTED, NEWER, "Boto3/1.44"])
def test_values_of_a_newer_provider_are_told_and_no_other_breach_is(
    emulator: Emulator, agent: str
) -> None:
    kms = careless(emulator, "kms", agent)
    refused = agent != NEWER
    if refused:
        with pytest.raises(ClientError, match="Value 'SHOW' at 'keyUsage'"):
            kms.create_key(KeyUsage="SHOW")
    else:
        kms.create_key(KeyUsage="SHOW")
    with pytest.raises(ClientError, match="at 'pendingWindowInDays'") as refusal:
        kms.schedule_key_deletion(KeyId="a", PendingWindowInDays=366)
    assert "1 validation error detected" in str(refusal.value)
    logs = careless(emulator, "logs", agent)
    logs.delete_log_group(logGroupName=group(logs, agent))
    told = [each.get("unknown") for each in calls_of(emulator, "CreateKey")]
    assert told[-1] == (None if refused else ["keyUsage = SHOW"])


def group(logs: Any, agent: str) -> str:
    """A log group with a retention that no schema knows, where the provider is newer."""
    name = "of-a-newer-provider"
    logs.create_log_group(logGroupName=name)
    if agent == NEWER:
        logs.put_retention_policy(logGroupName=name, retentionInDays=31)
    else:
        with pytest.raises(ClientError, match="Value '31' at 'retentionInDays'"):
            logs.put_retention_policy(logGroupName=name, retentionInDays=31)
    return name


def test_an_unknown_parameter_reaches_the_record(emulator: Emulator) -> None:
    for agent in (TESTED, NEWER):
        ec2 = careless(emulator, "ec2", agent)
        ec2.meta.events.register("before-call", _add)
        if agent is TESTED:
            with pytest.raises(ClientError, match=r"UnknownParameter.* Filter.1.Shade is not"):
                ec2.describe_vpcs(Filters=[{"Name": "a", "Values": ["b"]}])
        else:
            ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.0.0.0/16"]}])
    told = [each.get("unknown") for each in calls_of(emulator, "DescribeVpcs")]
    assert told[-2:] == [None, ["Filter.Shade"]]


def _add(params: dict[str, Any], **_: Any) -> None:
    params["body"]["Filter.1.Shade"] = "dark"


def calls_of(emulator: Emulator, name: str) -> list[dict[str, Any]]:
    entries = map(json.loads, emulator.calls.read_text(encoding="utf-8").splitlines())
    return [each for each in entries if each["name"] == name]
