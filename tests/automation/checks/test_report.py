import json
from io import StringIO

import pytest
from rich.console import Console

from automation.checks import Claim, Finding, answer, equal

FINDINGS = [
    Finding("network", "VPC", ok=True, detail="10.2.0.0/16"),
    Finding("domain", "delegated", ok=True, detail="unknown", remedy="check the [registrar]"),
    Finding("state", "bucket", ok=False, detail="there is none", remedy="run bootstrap"),
]


def printed(findings: list[Finding], *, as_json: bool = False) -> tuple[int, list[str]]:
    text = StringIO()
    console = Console(file=text, width=100)
    code = answer(findings, as_json=as_json, console=console)
    return code, [line.rstrip() for line in text.getvalue().splitlines()]


def test_a_remedy_is_kept_for_what_does_not_hold() -> None:
    assert equal("size", 3, 3).otherwise("grow it") == Claim("size", ok=True, detail="3")
    claim = equal("size", 2, 3).otherwise("grow it")
    assert (claim.ok, claim.remedy) == (False, "grow it")


def test_what_holds_and_has_a_remedy_is_a_warning() -> None:
    assert [finding.warning for finding in FINDINGS] == [False, True, False]


def test_people_get_a_table_and_remedies_below_it() -> None:
    code, lines = printed(FINDINGS)
    assert code == 1
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["network", "ok"],
        ["domain", "warning"],
        ["state", "failed"],
    ]
    assert lines[4:] == [
        "domain: delegated: check the [registrar]",
        "state: bucket: run bootstrap",
        "2 of 3 checks hold",
    ]


def test_warnings_do_not_fail() -> None:
    assert printed(FINDINGS[:2])[0] == 0


def test_machines_get_json_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(FINDINGS, as_json=True) == (1, [])
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["findings"][1] == {
        "tier": "domain",
        "what": "delegated",
        "ok": True,
        "detail": "unknown",
        "remedy": "check the [registrar]",
        "settling": False,
    }
