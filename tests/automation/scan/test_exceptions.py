from pathlib import Path

import pytest

from automation.errors import UserError
from automation.scan.exceptions import Exemption, load, unused
from automation.scan.finding import Finding
from tests.automation.scan.conftest import document, made

TOPIC = {"topic": made("queue/topic")}
OPEN = Exemption("CKV_1", ("queue/topic",), "it is public")


def finding(environment: str = "prod", check: str = "CKV_1", says: str = "open") -> Finding:
    return Finding(environment, "queue/topic", check, says)


def test_the_committed_list_can_be_read() -> None:
    for exemption in load():
        assert exemption.resources
        assert len(exemption.reason.split()) > 2


@pytest.mark.parametrize(
    ("exemption", "explains"),
    [
        (OPEN, True),
        (Exemption("CKV_2", ("queue/topic",), "why"), False),
        (Exemption("CKV_1", ("queue/other",), "why"), False),
        (Exemption("CKV_1", ("queue/topic",), "why", environments=("dev",)), False),
        (Exemption("CKV_1", ("queue/topic",), "why", environments=("prod",)), True),
        (Exemption("CKV_1", ("queue/topic",), "why", says="ope"), True),
        (Exemption("CKV_1", ("queue/topic",), "why", says="shut"), False),
    ],
)
def test_what_an_entry_explains(exemption: Exemption, *, explains: bool) -> None:
    assert exemption.explains(finding()) is explains


def test_an_entry_is_used_in_every_environment_that_has_the_resource(tmp_path: Path) -> None:
    both = [document(tmp_path / name, name, aws_sns_topic=TOPIC) for name in ("prod", "dev")]
    (one,) = unused([OPEN], both, [finding("prod")])
    assert str(one) == (
        "policy-exceptions.toml: CKV_1 does not fail for queue/topic in dev: "
        "remove the resource, or name the environments where it does"
    )
    assert list(unused([OPEN], both, [finding("prod"), finding("dev")])) == []


def test_an_environment_without_the_resource_needs_no_exception(tmp_path: Path) -> None:
    both = [document(tmp_path / "1", "prod", aws_sns_topic=TOPIC), document(tmp_path / "2", "dev")]
    assert list(unused([OPEN], both, [finding("prod")])) == []


def test_a_resource_that_is_nowhere_is_unused(tmp_path: Path) -> None:
    (one,) = unused([OPEN], [document(tmp_path)], [])
    assert one.environment == "any environment"


def test_an_environment_that_is_named_needs_the_exception(tmp_path: Path) -> None:
    entry = Exemption("CKV_1", ("queue/topic",), "why", environments=("dev",))
    assert [each.environment for each in unused([entry], [document(tmp_path, "dev")], [])] == [
        "dev"
    ]
    assert list(unused([entry], [document(tmp_path / "prod")], [])) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('check = "CKV_1"\nresources = ["a"]', "exception 1: reason missing"),
        ('check = "CKV_1"\nresources = []\nreason = "why"', "exception 1: resources missing"),
        (
            'check = "CKV_1"\nresources = ["a"]\nreason = "why"\nenvironment = "dev"',
            "exception 1: unknown environment",
        ),
        ("check", "Expected"),
    ],
)
def test_a_faulty_list_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "exceptions.toml"
    file.write_text(f"[[exception]]\n{text}\n", encoding="utf-8")
    with pytest.raises(UserError, match=message):
        load(file)


def test_a_missing_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.toml"):
        load(tmp_path / "none.toml")
