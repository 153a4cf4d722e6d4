from datetime import date
from pathlib import Path
from typing import Any

import pytest

from automation.errors import UserError
from automation.review import Approval, Verdict, load, text
from tests.automation.review.reviewing import TODAY, entry, plan, reviewed

BUCKET = entry("aws_s3_bucket", ["delete"], {"id": "a"}, None)
ADDRESS = "aws_s3_bucket.it"


def approval(
    *, until: date = TODAY, address: str = ADDRESS, stack: str = "", environment: str = ""
) -> Approval:
    return Approval(
        address=address, until=until, reason="moved to #7", stack=stack, environment=environment
    )


def test_a_blocking_change_blocks_until_it_is_approved() -> None:
    assert reviewed(storage=plan(BUCKET)).verdict is Verdict.BLOCKED
    found = reviewed(approval(), storage=plan(BUCKET))
    assert found.verdict is Verdict.APPROVED
    assert found.blocking == ()
    assert list(text.notes(found)) == []


def test_an_approval_ends_with_its_day() -> None:
    found = reviewed(approval(until=date(2026, 11, 22)), storage=plan(BUCKET))
    assert found.verdict is Verdict.BLOCKED
    assert list(text.notes(found)) == [
        "The approval of aws_s3_bucket.it has expired on 2026-11-22: remove or renew it"
    ]


def test_an_approval_of_a_stack_holds_for_no_other() -> None:
    plans: dict[str, Any] = {"storage": plan(BUCKET), "audit": plan(BUCKET)}
    found = reviewed(approval(stack="audit"), **plans)
    assert [each.stack for each in found.blocking] == ["storage"]
    assert reviewed(approval(), **plans).verdict is Verdict.APPROVED


def test_an_approval_that_is_of_no_use_is_told() -> None:
    found = reviewed(approval(address="aws_s3_bucket.other"), storage=plan(BUCKET))
    assert found.verdict is Verdict.BLOCKED
    assert list(text.notes(found)) == [
        "The approval of aws_s3_bucket.other is of no use, as no plan needs it any more: remove it"
    ]


def test_an_approval_of_an_environment_holds_for_no_other_and_is_told_by_none() -> None:
    here, there = approval(environment="prod"), approval(environment="staging", address="aws_x.y")
    assert reviewed(here, there, storage=plan(BUCKET)).verdict is Verdict.APPROVED
    found = reviewed(approval(environment="staging"), storage=plan(BUCKET))
    assert found.verdict is Verdict.BLOCKED
    assert list(text.notes(found)) == []
    unused = reviewed(approval(environment="prod", stack="storage"), storage=plan())
    assert list(text.notes(unused)) == [
        "The approval of storage in prod: aws_s3_bucket.it is of no use, as no plan needs it any "
        "more: remove it"
    ]


@pytest.mark.parametrize(("stack", "told"), [("audit", False), ("storage", True), ("", False)])
def test_of_stacks_without_a_plan_nobody_knows_what_they_need(stack: str, told: bool) -> None:
    needless = approval(address="aws_x.y", stack=stack)
    found = reviewed(needless, storage=plan(), expected=("storage", "audit"))
    assert any("is of no use" in each for each in text.notes(found)) is told


def test_the_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "approvals.toml"
    file.write_text(
        f'[[approval]]\naddress = "{ADDRESS}"\nuntil = 2026-11-23\nreason = "moved to #7"\n'
    )
    assert load(file) == (approval(),)
    file.write_text(file.read_text() + 'environment = "prod"\nstack = "storage"\n')
    assert load(file) == (approval(environment="prod", stack="storage"),)
    file.write_text("")
    assert load(file) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[approval", "cannot be read"),
        ("[approval]\na = 1", "only [[approval]] is known"),
        ("[[approvals]]\na = 1", "only [[approval]] is known"),
        ('[[approval]]\naddress = "a"', "approval 1 needs exactly"),
        (
            '[[approval]]\naddress="a"\nuntil=2030-01-01\nreason="r"\nx=1',
            "approval 1 needs exactly",
        ),
        ('[[approval]]\naddress="a"\nuntil="2030-01-01"\nreason="r"', "is no date"),
        ('[[approval]]\naddress="a"\nuntil=2030-01-01T00:00:00Z\nreason="r"', "is no date"),
        ('[[approval]]\naddress="a"\nuntil=2030-01-01\nreason=" "', "reason = ' ' is no text"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "approvals.toml"
    file.write_text(text)
    with pytest.raises(UserError) as refused:
        load(file)
    assert message in str(refused.value)
