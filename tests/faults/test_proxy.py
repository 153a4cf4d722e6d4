"""The proxy's own tests: each fault looks to a client as AWS's does."""

import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ProxyConnectionError
from hypothesis import given
from hypothesis import strategies as st

from automation.emulator import Emulator
from automation.rehearse.account import session
from tests.faults.calls import Call, Protocol, service_of
from tests.faults.proxy import Fault, Faulty, always, never, once, sometimes

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1})
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("kms", "list_keys", {}),
    ("cloudwatch", "describe_alarms", {}),
    ("sns", "list_topics", {}),
    ("ec2", "describe_vpcs", {}),
    ("s3", "list_buckets", {}),
    ("route53", "list_hosted_zones", {}),
    ("cloudfront", "list_distributions", {}),
    ("s3control", "list_access_points", {"AccountId": "123456789012"}),
    ("backup", "list_backup_plans", {}),
]


@pytest.fixture(scope="module")
def started(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    with Faulty(emulator, never, tmp_path_factory.mktemp("faulty")) as proxy:
        yield proxy
    client.cache_clear()


@pytest.fixture
def faulty(started: Faulty) -> Iterator[Faulty]:
    yield started
    started.forwarder.rule, started.forwarder.after = never, False
    started.forwarder.happened.clear()


@cache
def client(faulty: Faulty, service: str) -> Any:
    return session(faulty).client(service, config=ONCE)  # type: ignore[call-overload]


def code(call: Callable[..., object], **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    response = refusal.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


@pytest.mark.parametrize(("service", "operation", "arguments"), CALLS)
def test_a_good_day(
    faulty: Faulty, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    faulty.forwarder.rule = never
    getattr(client(faulty, service), operation)(**arguments)
    assert faulty.count(None) == 1


@pytest.mark.parametrize(("service", "operation", "arguments"), CALLS)
def test_throttling_is_said_as_each_protocol_says_it(
    faulty: Faulty, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    faulty.forwarder.rule = lambda *_: Fault.THROTTLED
    _, error = code(getattr(client(faulty, service), operation), **arguments)
    assert error in {
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "SlowDown",
        "TooManyRequestsException",
    }


@pytest.mark.parametrize(("service", "operation", "arguments"), CALLS)
def test_a_service_that_is_unavailable(
    faulty: Faulty, service: str, operation: str, arguments: dict[str, Any]
) -> None:
    faulty.forwarder.rule = lambda *_: Fault.UNAVAILABLE
    status, _ = code(getattr(client(faulty, service), operation), **arguments)
    assert status == 503


def test_a_dropped_connection_is_noticed_at_once(faulty: Faulty) -> None:
    faulty.forwarder.rule = always(Fault.DROPPED, "sts", "GetCaller")
    start = time.monotonic()
    with pytest.raises(ProxyConnectionError):
        client(faulty, "sts").get_caller_identity()
    assert time.monotonic() - start < 5


def test_latency_only_takes_time(faulty: Faulty) -> None:
    faulty.forwarder.rule = once(Fault.LATE, "sts", "GetCaller")
    start = time.monotonic()
    client(faulty, "sts").get_caller_identity()
    assert time.monotonic() - start >= 1.5


def test_a_denied_call_names_its_action(faulty: Faulty) -> None:
    faulty.forwarder.rule = always(Fault.DENIED, "sns", "CreateTopic")
    with pytest.raises(ClientError, match="is not authorized to perform: sns:CreateTopic"):
        client(faulty, "sns").create_topic(Name="denied")
    client(faulty, "sns").list_topics()


@pytest.mark.parametrize("after", [False, True])
def test_a_call_fails_before_or_after_it_has_happened(
    emulator: Emulator, faulty: Faulty, *, after: bool
) -> None:
    name = f"topic-{after}"
    faulty.forwarder.rule = once(Fault.UNAVAILABLE, "sns", "CreateTopic")
    faulty.forwarder.after = after
    code(client(faulty, "sns").create_topic, Name=name)
    topics = emulator.client("sns").list_topics()["Topics"]
    assert any(topic["TopicArn"].endswith(name) for topic in topics) is after


def test_objects_pass_unchanged(faulty: Faulty) -> None:
    content = bytes(range(256)) * 4096
    faulty.forwarder.rule = never
    s3 = client(faulty, "s3")
    location = {"LocationConstraint": "us-west-2"}
    s3.create_bucket(Bucket="through-the-proxy", CreateBucketConfiguration=location)
    s3.put_object(Bucket="through-the-proxy", Key="a b/ü", Body=content)
    assert s3.head_object(Bucket="through-the-proxy", Key="a b/ü")["ContentLength"] == 2**20
    assert s3.get_object(Bucket="through-the-proxy", Key="a b/ü")["Body"].read() == content


@given(st.floats(0.01, 1), st.text())
def test_a_share_of_calls_fails_and_the_same_ones_each_time(share: float, seed: str) -> None:
    call = Call("ec2", "DescribeVpcs", Protocol.EC2)
    first, second = (sometimes(share, seed, *Fault) for _ in range(2))
    drawn = [first(call, number) for number in range(400)]
    assert drawn == [second(call, number) for number in range(400)]
    failed = sum(each is not None for each in drawn) / 400
    assert abs(failed - share) < 0.15


@pytest.mark.parametrize(
    ("host", "service"),
    [
        ("ec2.us-west-2.amazonaws.com", "ec2"),
        ("iam.amazonaws.com", "iam"),
        ("bucket.name.s3.us-west-2.amazonaws.com", "s3"),
        ("123456789012.s3-control.us-west-2.amazonaws.com", "s3-control"),
        ("s3.dualstack.us-west-2.amazonaws.com", "s3"),
    ],
)
def test_a_host_names_its_service(host: str, service: str) -> None:
    assert service_of(host) == service
