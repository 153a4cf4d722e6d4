"""The page of rights is that of the policies, and every statement has its reason."""

from tests.automation.bootstrap.matrix import REASONS, page, statements
from tests.processes import PROJECT

PAGE = PROJECT / "docs" / "rights.md"


def test_every_statement_has_its_reason() -> None:
    named = {(who, sid) for who, reasons in REASONS.items() for sid in reasons}
    assert named == {(who, each["Sid"]) for who, each in statements()}
    assert all(len(why) > 10 for reasons in REASONS.values() for why in reasons.values())


def test_the_page_is_that_of_the_policies() -> None:
    assert PAGE.read_text(encoding="utf-8") == f"{page()}\n", "run `make docs`"
