import io
import sys

import pytest
from rich.console import Console

from benchmarks import figures, rehearsal
from benchmarks.aws_cdk import Made
from benchmarks.figures import Growth, Promise, Size
from benchmarks.process import Run, measure
from benchmarks.report import Report


def runs(*seconds: float, peak_mib: float | None = 100) -> list[Run]:
    return [Run(each, peak_mib, each / 2, "") for each in seconds]


def growth(name: str, one: float, twenty: float, resources: int = 100) -> Growth:
    """Of so many CPU seconds."""
    sizes = ((1, one), (20, twenty))
    return Growth(name, [Size(n, n * resources, runs(2 * each)) for n, each in sizes])


TERRACE = growth("Terrace", 1.5, 3.4)
STOCK, AWS_CDK = growth("stock CDKTF", 12, 16), growth("AWS CDK", 1.6, 2.0, resources=80)
MADE = Made(80, 700, 690, {"aws_s3_object": 3})


def shown(report: Report) -> str:
    text = io.StringIO()
    report.print(Console(file=text, width=140))
    return text.getvalue()


def test_medians_are_of_processor_time_where_the_system_tells_it() -> None:
    size = Size(1, 100, runs(1, 2, 90))
    assert (size.cpu_seconds, size.seconds, size.peak_mib) == (1, 2, 100)
    unknown = Size(1, 100, [Run(each, None, None, "") for each in (1, 2, 90)])
    assert (unknown.cpu_seconds, unknown.seconds, unknown.peak_mib) == (2, 2, None)


def test_growth_is_per_added_resource_of_its_own() -> None:
    assert TERRACE.ms_per_added_resource == pytest.approx(1)
    assert AWS_CDK.ms_per_added_resource == pytest.approx(400 / (19 * 80))


def test_promises_compare_one_copy() -> None:
    found = figures.promises(TERRACE, STOCK, AWS_CDK)
    assert [each.found for each in found] == pytest.approx([8, 1.5 / 1.6, 1])
    assert all(each.kept for each in found)


@pytest.mark.parametrize(
    ("terrace", "missed"),
    [
        (growth("Terrace", 1.51, 3.4), "Terrace: stock CDKTF 7.95 (at least 8) MISSED"),
        (growth("Terrace", 1.7, 3.6), "AWS CDK: Terrace 1.06 (at most 1) MISSED"),
        (growth("Terrace", 1.5, 5.4), "resource: Terrace 2.05 (at most 2) MISSED"),
    ],
)
def test_a_promise_that_is_not_kept_is_told(terrace: Growth, missed: str) -> None:
    promises = figures.promises(terrace, STOCK, AWS_CDK)
    report = Report([terrace, STOCK, AWS_CDK], promises, {"settings": 0.5}, MADE, identical=True)
    assert not report.kept
    assert missed in shown(report)


def test_the_report_has_every_question() -> None:
    everyone, promises = [TERRACE, STOCK, AWS_CDK], figures.promises(TERRACE, STOCK, AWS_CDK)
    report = Report(everyone, promises, {"settings": 0.5}, MADE, identical=True)
    text = shown(report)
    cells = [line.split() for line in text.splitlines()]
    assert ["Terrace", "100", "1.50", "3.40", "1.00", "1.00"] in cells
    assert ["AWS", "CDK", "80", "1.60", "2.00", "0.26", "1.07"] in cells
    assert ["AWS", "CDK", "3.20", "4.00", "100"] in cells
    assert "has 80 of 100 resources, with 700 values for their 690; " in text
    assert "no resource of its own: 3 aws_s3_object" in text
    assert "settings" in text
    assert report.kept
    found = report.to_json()
    assert found["contenders"]["stock CDKTF"]["times_terrace"] == 8
    assert [each["kept"] for each in found["promises"]] == [True] * 3
    assert found["aws_cdk"]["left_out"] == {"aws_s3_object": 3}


def test_other_bytes_keep_no_promise() -> None:
    report = Report([TERRACE], [Promise("ms", 1, most=2)], {"settings": 1}, MADE, identical=False)
    assert not report.kept
    assert "DIFFERENT" in shown(report)


def test_children_are_measured_too() -> None:
    child = "import time; held = bytearray(64 << 20); time.sleep(0.3)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    run = measure([sys.executable, "-c", parent], {})
    assert run.seconds > 0.3
    assert run.peak_mib is None or run.peak_mib > 64


def test_a_failing_program_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="failed"):
        measure([sys.executable, "-c", "raise SystemExit(3)"], {})


def test_only_the_processes_that_are_meant_are_measured() -> None:
    child = "import time; held = bytearray(64 << 20); sum(range(10**7)); time.sleep(0.3)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}, 'meant'])"
    run = measure([sys.executable, "-c", parent.replace("meant", "me' + 'ant")], {}, of="meant")
    everything = measure([sys.executable, "-c", parent.replace("meant", "me' + 'ant")], {})
    if run.peak_mib is None or run.cpu_seconds is None:
        pytest.skip("this system has no /proc")
    assert everything.peak_mib is not None
    assert 64 < run.peak_mib < everything.peak_mib
    assert run.cpu_seconds > 0


def test_what_strictness_costs_is_told_beside_what_it_may() -> None:
    strict, lenient = rehearsal.cost(runs(11, 12, 13, peak_mib=500)), rehearsal.cost(runs(10))
    found = rehearsal.to_json(strict, lenient)
    assert (found["times"], found["more_mib"], found["more_cpu_seconds"]) == (1.2, 400, 1)
    text = io.StringIO()
    rehearsal.show(strict, lenient, Console(file=text, width=100))
    assert "1.20 times as long (at most 1.1), and 400 MiB more (at most 300)" in text.getvalue()
