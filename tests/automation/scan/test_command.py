import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from automation import command as shared
from automation import scan
from automation.errors import INTERRUPTED, UserError
from automation.scan import command
from automation.scan.command import ScanReport
from automation.scan.exceptions import Exemption, Unused, Violation
from automation.terraform.stacks import Synthesis
from config import Settings

FAILURE = Violation("dev", "queue/topic", "CKV_1", "Ensure [it] is shut")
UNUSED = Unused(Exemption("CKV_2", ("queue/topic",), "why"), "queue/topic", "prod")


def report(failures: tuple[Violation, ...] = (), unused: tuple[Unused, ...] = ()) -> ScanReport:
    return ScanReport(environments=("dev", "prod"), failures=failures, unused=unused, found=3)


def synthesize(environment: str, output: Path) -> Synthesis:
    return Synthesis(environment, output, stacks=(), seconds=0)


@pytest.fixture(autouse=True)
def synthesized(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "check_installed", lambda: None)
    monkeypatch.setattr(command, "synthesize", synthesize)


def run(
    monkeypatch: pytest.MonkeyPatch, answer: ScanReport | Exception, *, as_json: bool = False
) -> tuple[int, str]:
    def examine(outputs: dict[str, Path], settings: dict[str, Settings], **_: object) -> ScanReport:
        assert set(outputs) == {"dev", "options", "prod", "staging"} == set(settings)
        if isinstance(answer, ScanReport):
            return answer
        raise answer

    monkeypatch.setattr(command, "examine", examine)
    console = Console(file=StringIO(), width=200)
    code = command.run_scan(as_json=as_json, console=console, progress=Console(file=StringIO()))
    assert isinstance(console.file, StringIO)
    return code, console.file.getvalue()


def test_nothing_to_do_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, report()) == (
        0,
        "dev, prod: 0 failed checks, 3 exempted with a reason, 0 exemptions not used\n",
    )


def test_failures_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    code, shown = run(monkeypatch, report((FAILURE,)))
    assert code == 1
    for text in ("dev", "CKV_1", "queue/topic", "Ensure [it] is shut", "1 failed checks"):
        assert text in shown


def test_an_exemption_for_an_environment_that_is_gone_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = ScanReport(
        environments=("qa",), failures=(), unused=(), found=0, orphans=("[dev] is gone",)
    )
    assert run(monkeypatch, gone) == (
        1,
        "[dev] is gone\nqa: 0 failed checks, 0 exempted with a reason, 0 exemptions not used\n",
    )


def test_without_an_environment_there_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "names", list)
    with pytest.raises(UserError, match=r"holds no environment: write <name>\.toml there"):
        run(monkeypatch, report())


def test_an_exemption_without_use_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    code, shown = run(monkeypatch, report(unused=(UNUSED,)))
    assert code == 1
    assert "CKV_2 does not fail for queue/topic in prod: remove" in shown


def test_machines_get_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, report((FAILURE,), (UNUSED,)), as_json=True) == (1, "")
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert answer["failures"][0]["check"] == "CKV_1"
    assert answer["exempted"] == 2
    assert len(answer["unused"]) == 1


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> ScanReport:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "examine", interrupted)
    console = Console(file=StringIO())
    assert command.run_scan(as_json=False, console=console, progress=console) == INTERRUPTED


def test_without_scanners_nothing_is_synthesized(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise UserError("missing")

    monkeypatch.setattr(scan, "check_installed", missing)
    with pytest.raises(UserError, match="missing"):
        run(monkeypatch, report())
