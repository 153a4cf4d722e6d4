from pathlib import Path

import pytest

from benchmarks import application
from benchmarks.application import Sample, medians, read

WRK = """Running 8s test @ http://127.0.0.1:8099/
  Latency Distribution
     50%  {half}
     75%   41.12ms
     99%  {most}
  8716 requests in 8.01s, 71.93MB read
{trouble}Requests/sec:   1088.81
"""


@pytest.mark.parametrize(
    ("half", "most", "sample"),
    [
        ("33.73ms", "1.50s", Sample(1088.81, 33.73, 1500)),
        ("733.00us", "2.00ms", Sample(1088.81, 0.733, 2)),
    ],
)
def test_what_wrk_prints_is_read(half: str, most: str, sample: Sample) -> None:
    assert read(WRK.format(half=half, most=most, trouble="")) == sample


@pytest.mark.parametrize(
    "trouble",
    ["  Non-2xx or 3xx responses: 7", "  Socket errors: connect 0, read 9, write 0, timeout 0"],
)
def test_failed_requests_are_no_measurement(trouble: str) -> None:
    with pytest.raises(RuntimeError, match=trouble.strip()):
        read(WRK.format(half="1.00ms", most="2.00ms", trouble=f"{trouble}\n"))


def test_medians_are_of_each_figure() -> None:
    samples = [Sample(1, 9, 5), Sample(2, 8, 4), Sample(3, 7, 6)]
    assert medians(samples) == Sample(2, 8, 5)


def test_without_the_sample_there_is_nothing_to_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "_APP", tmp_path / "gone")
    with pytest.raises(SystemExit, match="gone is missing: this measures the sample"):
        application.compare(1, 1, 1)
