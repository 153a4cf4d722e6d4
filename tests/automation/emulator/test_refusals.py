"""A refusal that the provider retries though nothing has changed gets a code that ends it."""

from pathlib import Path
from typing import Any

import pytest
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import get_service_model

from automation.emulator.calls import ApiCall
from automation.emulator.extensions.double import Refused
from automation.emulator.refusals import COUNT, MORE, SECONDS, Refusals, RefusedAgain, reads, said
from tests.automation.emulator.test_unknown import sent

# When the provider tries, by its helper for retries.
TRIES = (0, 0.5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5, 45.5, 55.5)
IN_USE = ("ResourceInUseException", "Certificate a is in use.")


def call(service: str, name: str, *, provider: Any = (5, 100, 0), **parameters: Any) -> ApiCall:
    model = get_service_model(service).operation_model(name)
    return ApiCall(service, model, parameters, "us-west-2", "", provider)


DELETE = call("acm", "DeleteCertificate", CertificateArn="a")


class Played:
    """Refusals at certain times."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.stubborn = folder / "stubborn"
        self.refusals = Refusals(self.stubborn, clock=lambda: self.now)

    def at(
        self, seconds: float, refused: ApiCall = DELETE, said: tuple[str, str] = IN_USE
    ) -> RefusedAgain | None:
        self.now = seconds
        return self.refusals.refused(refused, *said)


@pytest.fixture
def played(tmp_path: Path) -> Played:
    return Played(tmp_path)


def test_it_ends_within_half_a_minute_and_says_why(played: Played) -> None:
    said = [played.at(each) for each in TRIES]
    assert [each is not None for each in said] == [False] * 6 + [True] * 4
    assert said[6] is not None
    assert said[6].code == "RefusedAgain"
    assert said[6].message == (
        "acm:DeleteCertificate(CertificateArn=a) was refused 7 times in 26 s, and nothing in the "
        "account changed meanwhile; with AWS, Terraform would try it for up to 20 minutes: "
        "api error ResourceInUseException: Certificate a is in use."
    )


def test_many_at_once_are_not_yet_a_repetition(played: Played) -> None:
    assert [played.at(number / 10) for number in range(100)] == [None] * 100


def test_few_are_not_either(played: Played) -> None:
    assert [played.at(number * 2 * SECONDS) for number in range(COUNT - 1)] == [None] * (COUNT - 1)


@pytest.mark.parametrize("number", range(len(TRIES)))
def test_whatever_changes_in_between_makes_it_begin_anew(played: Played, number: int) -> None:
    for each in TRIES[:number]:
        played.at(each)
    played.refusals.accepted(call("elbv2", "DeleteListener", ListenerArn="l"))
    assert played.at(TRIES[number]) is None


def test_reading_changes_nothing(played: Played) -> None:
    for each in TRIES[:6]:
        played.at(each)
        played.refusals.accepted(call("elbv2", "DescribeListeners"))
    assert played.at(TRIES[6]) is not None


@pytest.mark.parametrize(
    "refused",
    [
        call("acm", "DescribeCertificate", CertificateArn="a"),
        call("s3", "HeadBucket", Bucket="b"),
        call("acm", "DeleteCertificate", CertificateArn="a", provider=None),
    ],
    ids=str,
)
def test_neither_reads_nor_other_programs_count(played: Played, refused: ApiCall) -> None:
    assert [played.at(each, refused) for each in TRIES] == [None] * len(TRIES)


def test_another_parameter_and_another_error_are_other_refusals(played: Played) -> None:
    for number, each in enumerate(TRIES):
        other = call("acm", "DeleteCertificate", CertificateArn=str(number))
        assert played.at(each, other) is None
        assert played.at(each, said=(f"Error{number}", "")) is None


def test_a_token_of_the_sdk_makes_no_other_call(played: Played) -> None:
    tries = [call("ec2", "CreateNatGateway", SubnetId="s", ClientToken=str(each)) for each in TRIES]
    said = [played.at(each, tried) for each, tried in zip(TRIES, tries, strict=True)]
    assert said[6] is not None


def test_who_goes_on_is_told_of_until_something_changes(played: Played) -> None:
    for each in TRIES[: COUNT + MORE - 1]:
        played.at(each)
    assert not played.stubborn.exists()
    said = played.at(TRIES[COUNT + MORE - 1])
    assert said is not None
    assert played.stubborn.read_text() == said.message
    played.refusals.accepted(DELETE)
    assert not played.stubborn.exists()


def test_secrets_are_not_told(played: Played) -> None:
    secret = call("secretsmanager", "PutSecretValue", SecretId="s", SecretString="hidden")
    said = [played.at(each, secret) for each in TRIES][6]
    assert said is not None
    assert "SecretId=s" in said.message
    assert "hidden" not in said.message


@pytest.mark.parametrize(
    ("service", "name", "reading"),
    [
        ("ec2", "DescribeVpcs", True),
        ("ec2", "CreateVpc", False),
        ("iam", "TagRole", False),
        ("logs", "FilterLogEvents", True),
        ("s3", "ListBuckets", True),
        ("s3", "PutObject", False),
        ("sts", "GetCallerIdentity", True),
    ],
)
def test_what_reads(service: str, name: str, *, reading: bool) -> None:
    assert reads(call(service, name)) is reading


# moto knows no such error of most services.
@pytest.mark.filterwarnings("ignore:Exception.*does not match an error shape")
@pytest.mark.parametrize(
    ("service", "name", "parameters"),
    [
        ("acm", "DeleteCertificate", {"CertificateArn": "a"}),
        ("cloudwatch", "DeleteAlarms", {"AlarmNames": ["a"]}),
        ("ec2", "DeleteVpc", {"VpcId": "vpc-1"}),
        ("elbv2", "DeleteListener", {"ListenerArn": "a"}),
        ("route53", "DeleteHostedZone", {"Id": "Z1"}),
        ("s3", "DeleteBucket", {"Bucket": "b"}),
        ("xray", "DeleteGroup", {"GroupName": "g"}),
    ],
)
def test_the_error_is_read_in_every_protocol(
    service: str, name: str, parameters: dict[str, Any]
) -> None:
    given = {"service": service, "name": name, "parameters": parameters, "region": "us-west-2"}
    _, request = sent(given)
    response = BaseResponse("elb" if service == "elbv2" else service)
    response.setup_class(request, use_raw_body=service == "s3")
    answer = response.serialized(ActionResult(Refused("ResourceInUse", "It is in use.")))
    refused = call(service, name, **parameters)
    assert said(refused, request, answer) == ("ResourceInUse", "It is in use.")


def test_an_answer_that_is_no_error_of_the_protocols_is_its_own_message() -> None:
    _, request = sent(
        {"service": "ec2", "name": "DeleteVpc", "parameters": {"VpcId": "v"}, "region": "r"}
    )
    refused = call("ec2", "DeleteVpc", VpcId="v")
    assert said(refused, request, (400, {}, "not <XML")) == ("400", "not <XML")
