from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from automation.aws.clients import Clients
from automation.checks import Claim, Finding, MissingError, covers, equal, only, run, same, shown
from config import Settings

DENIED = ClientError(
    {"Error": {"Code": "AccessDenied", "Message": "no permission"}}, "DescribeDBInstances"
)
UNREACHABLE = EndpointConnectionError(endpoint_url="https://rds.us-west-2.amazonaws.com/")


@pytest.mark.parametrize(
    ("claim", "ok", "detail"),
    [
        (equal("size", 3, 3), True, "3"),
        (equal("size", None, 3), False, "found nothing, expected 3"),
        (equal("public", True, False), False, "found yes, expected no"),
        (same("zones", ["b", "a"], ["a", "b"]), True, "a, b"),
        (same("zones", ["a", "c"], ["a", "b"]), False, "found a, c, expected a, b"),
        (covers("metrics", ["a", "b"], ["a"]), True, "a"),
        (covers("metrics", ["a"], ["a", "b"]), False, "found a, expected b as well"),
    ],
)
def test_a_claim_says_what_was_found_and_on_failure_what_was_expected(
    claim: Claim, ok: bool, detail: str
) -> None:
    assert (claim.ok, claim.detail) == (ok, detail)


def test_values_are_shown_as_a_reader_wants_them() -> None:
    assert (
        shown({"port": 443, "names": ["a", "b"], "tags": {}}) == "port 443, names a, b, tags none"
    )


@pytest.mark.parametrize(("items", "found"), [([], "no"), ([1, 2], "2")])
def test_what_there_should_be_one_of_is_not_guessed(items: list[int], found: str) -> None:
    with pytest.raises(MissingError, match=f"^found {found} zone, expected one$"):
        only(items, "zone")


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (DENIED, "asking AWS failed: An error occurred (AccessDenied) when calling"),
        (UNREACHABLE, "asking AWS failed: Could not connect to the endpoint URL"),
        (MissingError("found no VPC, expected one"), "found no VPC, expected one"),
        (KeyError("KmsKeyId"), "AWS's answer has no 'KmsKeyId'"),
    ],
)
def test_an_error_is_a_failed_finding_and_the_other_checks_go_on(
    error: Exception, detail: str, clients: Clients, settings: Settings
) -> None:
    def broken(_clients: Clients, _settings: Settings) -> Iterator[Claim]:
        yield equal("engine", "mysql", "mysql")
        raise error

    def sound(_clients: Clients, _settings: Settings) -> Iterator[Claim]:
        yield equal("state", "there", "there")

    findings = list(run("database", clients, settings, {"instance": broken, "logs": sound}))
    assert findings[0] == Finding("database", "instance: engine", ok=True, detail="mysql")
    assert (findings[1].what, findings[1].ok) == ("instance", False)
    assert findings[1].detail.startswith(detail)
    assert findings[2] == Finding("database", "logs: state", ok=True, detail="there")
