import io
import sys

import pytest
from rich.console import Console

from benchmarks import figures, rehearsal
from benchmarks.figures import Comparison, Size
from benchmarks.process import Run, measure
from benchmarks.report import Report


def runs(*seconds: float, peak_mib: float | None = 100) -> list[Run]:
    return [Run(each, peak_mib, each / 2, "") for each in seconds]


LEVERS, STOCK = runs(1, 2, 9), runs(14, 12, 13, peak_mib=400)


def test_ratios_are_of_the_medians() -> None:
    comparison = Comparison(LEVERS, STOCK, identical=True)
    assert comparison.times_faster == 6.5
    assert comparison.memory_share == 0.25
    assert Comparison(runs(1, peak_mib=None), STOCK, identical=True).memory_share is None


def test_growth_is_per_added_resource() -> None:
    one, five = Size(1, 100, runs(2)), Size(5, 500, runs(4))
    assert figures.per_added_resource(one, five) == 5


def test_the_report_has_every_question() -> None:
    sizes = [Size(1, 100, LEVERS), Size(5, 500, STOCK)]
    report = Report(Comparison(LEVERS, STOCK, identical=False), {"settings": 0.5}, sizes)
    text = io.StringIO()
    report.print(Console(file=text, width=100))
    assert "6.5 times faster, 25% of the memory, bytes DIFFERENT" in text.getvalue()
    assert "settings" in text.getvalue()
    assert report.to_json()["ms_per_added_resource"] == [pytest.approx(27.5)]


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
