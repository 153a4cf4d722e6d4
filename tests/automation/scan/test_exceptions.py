from dataclasses import replace
from pathlib import Path

import pytest

from automation.errors import UserError
from automation.scan import exceptions
from automation.scan.exceptions import OWN, Exemption, Violation, applied, load, orphans, unused
from config import Settings
from config import load as settings_of
from tests.automation.scan.conftest import document, made

TOPIC = {"topic": made("queue/topic")}
OPEN = Exemption("CKV_1", ("queue/topic",), "it is public")


def finding(environment: str = "prod", check: str = "CKV_1", says: str = "open") -> Violation:
    return Violation(environment, "queue/topic", check, says)


def test_the_list_that_terrace_comes_with_can_be_read() -> None:
    found = load(OWN)
    assert found
    for exemption in found:
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


@pytest.fixture(scope="module")
def settings() -> dict[str, Settings]:
    return {name: settings_of(name) for name in ("prod", "dev", "options")}


@pytest.mark.parametrize(
    ("when", "where"),
    [
        ("database.multi_az = false", ("dev",)),
        ("log_retention_days < 365", ("dev",)),
        ("database.read_replicas > 0", ("options",)),
        ("edge.blocked_countries = []", ("prod", "dev")),
        ('network.interface_endpoints lacks "ssm"', ("dev",)),
    ],
)
def test_settings_say_where_an_entry_holds(
    settings: dict[str, Settings], when: str, where: tuple[str, ...]
) -> None:
    entry = Exemption("CKV_1", ("queue/topic",), "why", when=exceptions.parse(when))
    (found,) = applied([entry], settings)
    assert found.environments == where
    named = replace(entry, environments=(where[0], "prod"))
    assert {*applied([named], settings)[0].environments} == {*where} & {where[0], "prod"}


def test_an_entry_that_holds_by_nobodys_settings_is_none(settings: dict[str, Settings]) -> None:
    entry = Exemption("CKV_1", ("a",), "why", when=exceptions.parse("database.backup_days = 0"))
    assert applied([entry, OPEN], settings) == (OPEN,)


def test_a_resource_that_the_settings_left_out_needs_no_exception(tmp_path: Path) -> None:
    when = exceptions.parse("database.read_replicas > 0")
    entry = Exemption("CKV_1", ("queue/topic",), "why", environments=("prod",), when=when)
    assert list(unused([entry], [document(tmp_path / "1")], [])) == []
    (one,) = unused([entry], [document(tmp_path / "2", aws_sns_topic=TOPIC)], [])
    assert one.environment == "prod"


def test_an_environment_that_is_not_there_is_told_in_the_users_terms() -> None:
    entry = Exemption("CKV_1", ("queue/topic",), "why", environments=("dev", "qa"))
    assert list(orphans([entry, OPEN], ["qa", "prod"])) == [
        "policy-exceptions.toml: CKV_1 for queue/topic: there is no environment dev: name the one "
        "that took its place, or remove it here"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'check = "CKV_1"\nresources = ["a"]\nreason = "why"\nwhen = "multi_az"',
            "exception 1: when: received 'multi_az'; expected `<key> <one of",
        ),
        (
            'check = "CKV_1"\nresources = ["a"]\nreason = "why"\nwhen = "database.az = true"',
            "exception 1: when: database.az is no setting",
        ),
        (
            'check = "CKV_1"\nresources = ["a"]\nreason = "why"\nwhen = "database.multi_az = no"',
            "exception 1: when: received 'no'; expected JSON",
        ),
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
