import json
import sys
from pathlib import Path

import pytest

from automation import scan
from automation.errors import CommandError, UserError
from tests.automation.scan.conftest import document, made


def pretending(folder: Path, answer: str) -> Path:
    """A Python that answers so, whatever it is to run."""
    python = folder / "python"
    python.write_text(f"#!{sys.executable}\nprint({answer!r}, end='')\n", encoding="utf-8")
    python.chmod(0o755)
    return python


def answer(*read: str, errors: int = 0, skipped: tuple[object, ...] = ()) -> str:
    passed = [{"file_path": f"/{environment}/main.tf.json"} for environment in read]
    results = {"passed_checks": passed, "failed_checks": [], "skipped_checks": skipped}
    return json.dumps({"summary": {"parsing_errors": errors}, "results": results})


def test_scanners_that_are_missing_come_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not installed: run make scan"):
        scan.check_installed(tmp_path / "python")


def test_no_failure_in_what_was_read(tmp_path: Path) -> None:
    python = pretending(tmp_path, answer("prod"))
    assert list(scan.checkov([document(tmp_path)], python)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "checkov failed"),
        ('{"passed": 0, "failed": 0}', "checkov looked at nothing"),
        (answer("dev"), "checkov could not read prod"),
        (answer("prod", errors=1), "checkov could not read all that was synthesized"),
    ],
)
def test_a_scan_that_reads_nothing_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        list(scan.checkov([document(tmp_path)], pretending(tmp_path, text)))


def test_a_skipped_check_is_a_failure_without_a_reason(tmp_path: Path) -> None:
    record = {
        "file_path": "/prod/main.tf.json",
        "resource": "resource.queue--topic",
        "check_id": "CKV_1",
        "check_name": "Ensure it is shut",
    }
    python = pretending(tmp_path, answer("prod", skipped=(record,)))
    looked_at = document(tmp_path, aws_sns_topic={"topic": made("queue/topic")})
    (finding,) = scan.checkov([looked_at], python)
    assert (finding.resource, finding.check) == ("queue/topic", "CKV_1")


def test_a_user_s_own_settings_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CKV_FRAMEWORK", "dockerfile")
    monkeypatch.setenv("BC_API_KEY", "secret")
    seen = tmp_path / "environ.json"
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport json, os\n"
        f"json.dump(dict(os.environ), open({str(seen)!r}, 'w'))\nprint({answer('prod')!r})\n",
        encoding="utf-8",
    )
    python.chmod(0o755)
    list(scan.checkov([document(tmp_path)], python))
    environ = json.loads(seen.read_text(encoding="utf-8"))
    assert not {"CKV_FRAMEWORK", "BC_API_KEY"} & set(environ)
    assert environ["HOME"] != str(Path.home())
