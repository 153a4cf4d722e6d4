import pytest

from automation.terraform import program


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.11.4", (1, 11, 4)),
        ("v1.12.0-beta1", (1, 12, 0)),
        ("1.9", (1, 9, 0)),
        ("of an unknown version", None),
    ],
)
def test_versions_are_read(text: str, version: program.Version | None) -> None:
    assert program.parse(text) == version


@pytest.mark.parametrize(
    ("version", "inside"),
    [((5, 99, 9), False), ((5, 100, 0), True), ((6, 25, 0), True), ((7, 0, 0), False)],
)
def test_a_range_holds_what_lies_between_its_bounds(version: program.Version, inside: bool) -> None:
    assert program.within(version, ">= 5.100.0, < 7.0.0") is inside


def test_other_constraints_are_refused() -> None:
    with pytest.raises(ValueError, match=r'"~> 5\.0" is no version constraint'):
        program.within((5, 0, 0), "~> 5.0")
