import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.checks.preflight.quotas import Demand, Quota, belongs
from config import Settings

COUNTS = st.integers(0, 10_000)
QUOTA = Quota("vpc", "L-FE5A380F", "NAT gateways", where=" in us-west-2a")


@given(COUNTS, COUNTS, COUNTS)
def test_what_is_asked_for_would_be_enough(wanted: int, others: int, limit: int) -> None:
    claim = Demand(QUOTA, wanted, others).claim(limit, "us-west-2")
    assert claim.ok == (wanted + others <= limit)
    assert claim.ok or f"--desired-value {wanted + others} " in claim.remedy


def test_a_refusal_is_exact() -> None:
    claim = Demand(QUOTA, 1, 5).claim(5.0, "us-west-2")
    assert (claim.what, claim.detail, claim.remedy) == (
        "NAT gateways in us-west-2a",
        "1 needed, 5 used by others, the quota is 5",
        "ask AWS for 6: `aws service-quotas request-service-quota-increase --service-code vpc "
        "--quota-code L-FE5A380F --desired-value 6 --region us-west-2`",
    )


@pytest.mark.parametrize(
    ("otherwise", "ours"),
    [
        ({}, True),
        ({"Name": "dev-349081-vpc"}, True),
        ({"Environment": "prod"}, False),
        ({"Application": "other"}, False),
        ({"ManagedBy": "hand"}, False),
    ],
)
def test_tags_tell_whose_something_is(
    otherwise: dict[str, str], ours: bool, settings: Settings
) -> None:
    assert belongs({**settings.required_tags, **otherwise}, settings) == ours
    assert not belongs({}, settings)
