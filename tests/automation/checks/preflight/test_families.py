import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.checks.preflight.quotas import FAMILIES, bought, family_of
from config.application import Purchase

COUNTS = st.integers(0, 1000)
PURCHASES = st.builds(Purchase, on_demand_base=COUNTS, on_demand_percent=st.integers(0, 100))


@pytest.mark.parametrize(
    ("instance_type", "family"),
    [
        ("m7g.large", "Standard"),
        ("t4g.small", "Standard"),
        ("im4gn.xlarge", "Standard"),
        ("is4gen.medium", "Standard"),
        ("c7gd.metal", "Standard"),
        ("g5g.xlarge", "G and VT"),
        ("vt1.3xlarge", "G and VT"),
        ("x2gd.medium", "X"),
        ("p5.48xlarge", "P"),
        ("f2.6xlarge", "F"),
        ("inf2.xlarge", "Inf"),
        ("mac2.metal", None),
        ("u-6tb1.metal", None),
        ("hpc7g.4xlarge", None),
    ],
)
def test_an_instance_type_counts_against_one_quota(instance_type: str, family: str | None) -> None:
    found = family_of(instance_type)
    assert (found.name if found else None) == family


def test_no_two_families_share_a_prefix_or_a_quota() -> None:
    prefixes = [prefix for family in FAMILIES for prefix in family.prefixes]
    codes = [code for family in FAMILIES for code in (family.on_demand_code, family.spot_code)]
    assert len(set(prefixes)) == len(prefixes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    ("base", "percent", "instances", "expected"),
    [
        (0, 100, 12, (12, 0)),
        (0, 0, 12, (0, 12)),
        (2, 0, 12, (2, 10)),
        (2, 25, 12, (5, 7)),
        (2, 100, 1, (1, 0)),
        (0, 1, 1, (1, 0)),
    ],
)
def test_the_base_and_a_share_of_the_rest_are_on_demand(
    base: int, percent: int, instances: int, expected: tuple[int, int]
) -> None:
    purchase = Purchase(on_demand_base=base, on_demand_percent=percent)
    assert bought(purchase, instances) == expected


@given(PURCHASES, COUNTS)
def test_every_instance_is_bought_in_one_way(purchase: Purchase, instances: int) -> None:
    on_demand, spot = bought(purchase, instances)
    assert on_demand + spot == instances
    assert on_demand >= min(purchase.on_demand_base, instances)
    assert spot >= 0


@given(PURCHASES, COUNTS)
def test_a_larger_group_needs_no_less_of_either(purchase: Purchase, instances: int) -> None:
    smaller, larger = bought(purchase, instances), bought(purchase, instances + 1)
    assert all(before <= after for before, after in zip(smaller, larger, strict=True))
