"""SARIF tells findings at the lines of constructs; what it must hold is in its specification.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from pathlib import Path
from typing import Any

import pytest

from automation import PROJECT, sarif
from automation.errors import UserError
from automation.review.command import findings as of_review
from automation.sarif import Level, SourceLine
from automation.scan.command import ScanReport
from automation.scan.command import findings as of_scan
from automation.scan.exceptions import Violation
from automation.terraform.stacks import ANY_RELEASE, read, synthesize
from tests.automation.review.reviewing import entry, plan, reviewed

SETTINGS = SourceLine("environments/prod.toml")
KEY = entry("aws_kms_key", ["delete"], {"id": "1"}, None, name="key")


def results(log: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a log, of which each holds what the specification asks for."""
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [each["id"] for each in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for each in run["results"]:
        assert rules[each["ruleIndex"]] == each["ruleId"]
        assert each["level"] in ("error", "warning", "note")
        assert each["message"]["text"]
        (location,) = each["locations"]
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert not uri.startswith("/")
        assert "\\" not in uri
    found: list[dict[str, Any]] = run["results"]
    return found


def place(result: dict[str, Any]) -> tuple[str, int]:
    physical = result["locations"][0]["physicalLocation"]
    return physical["artifactLocation"]["uri"], physical["region"]["startLine"]


def test_a_review_tells_what_asks_for_care_where_its_construct_is_made() -> None:
    gone = entry("aws_nat_gateway", ["create"], None, {"subnet_id": "s"})
    review = reviewed(security=plan(KEY, gone))
    made = {("security", "aws_kms_key.key"): SourceLine("modules/encryption/key.py", 12)}
    (only,) = results(sarif.log("review", of_review(review, made, SETTINGS)))
    assert only["ruleId"] == "blocking-change"
    assert only["level"] == "error"
    assert only["message"]["text"].startswith("destroy aws_kms_key.key: whatever the key encrypts")
    assert place(only) == ("modules/encryption/key.py", 12)
    again = results(sarif.log("review", of_review(review, {}, SETTINGS)))
    assert place(again[0]) == ("environments/prod.toml", 1)
    # GitHub knows it again though the line has moved.
    assert again[0]["partialFingerprints"] == only["partialFingerprints"]


def test_a_scan_tells_what_fails_where_its_construct_is_made() -> None:
    failures = (
        Violation("prod", "storage/assets/bucket", "CKV_AWS_18", "logs access"),
        Violation("dev", "storage/assets/bucket", "CKV_AWS_18", "logs access"),
    )
    report = ScanReport(environments=("prod", "dev"), failures=failures, unused=(), found=2)
    made = {"prod": {"storage/assets/bucket": SourceLine("modules/storage/bucket.py", 40)}}
    first, second = results(sarif.log("scan", of_scan(report, made)))
    assert place(first) == ("modules/storage/bucket.py", 40)
    assert place(second) == ("environments/dev.toml", 1)
    assert first["message"]["text"] == "prod: storage/assets/bucket: logs access"
    assert first["level"] == Level.ERROR


def test_without_findings_there_is_a_run_without_results() -> None:
    assert results(sarif.log("scan", ())) == []


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "none" / "it.sarif"
    with pytest.raises(UserError) as raised:
        sarif.write(file, "scan", ())
    assert str(raised.value) == f"{file} cannot be written: No such file or directory"


def test_each_resource_has_its_place_and_no_byte_is_another(tmp_path: Path) -> None:
    file = tmp_path / "constructs.json"
    made = synthesize("prod", tmp_path / "with", release=ANY_RELEASE, constructs=file)
    plain = synthesize("prod", tmp_path / "without", release=ANY_RELEASE)
    for one, other in zip(made.stacks, plain.stacks, strict=True):
        assert one.file.read_bytes() == other.file.read_bytes()
    places = sarif.places(file)
    paths = sarif.addresses(read(tmp_path / "with"))
    assert paths
    assert set(paths.values()) <= places.keys()
    for each in places.values():
        lines = (PROJECT / each.file).read_text(encoding="utf-8").splitlines()
        assert 1 <= each.line <= len(lines)
    database = places[paths["database", "aws_db_instance.mysql_primary_DFDC3039"]]
    line = (PROJECT / database.file).read_text(encoding="utf-8").splitlines()[database.line - 1]
    assert "DbInstance(" in line
