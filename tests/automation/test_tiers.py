import pytest

from automation.checks.state import STACKS
from automation.errors import UserError
from automation.tiers import choose


def test_all_of_them_when_none_is_named() -> None:
    assert choose(()) == STACKS


def test_those_that_are_named_once_and_in_the_platform_s_order() -> None:
    assert choose(("edge", "network", "edge")) == ("network", "edge")


@pytest.mark.parametrize(
    ("tiers", "refusal"),
    [
        (("databse",), 'there is no tier "databse": did you mean database?'),
        (
            ("network", "x"),
            'there is no tier "x": use any of security, network, dns, storage, database, '
            "application, edge, monitoring, audit",
        ),
        (
            ("netwrk", "stroage"),
            'there is no tier "netwrk": did you mean network?; '
            'there is no tier "stroage": did you mean storage?',
        ),
    ],
)
def test_one_that_does_not_exist(tiers: tuple[str, ...], refusal: str) -> None:
    with pytest.raises(UserError) as caught:
        choose(tiers)
    assert str(caught.value) == refusal
