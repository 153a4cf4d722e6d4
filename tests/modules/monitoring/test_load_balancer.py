import pytest

from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm
from modules.monitoring.load_balancer import LoadBalancerMetrics, load_balancer_alarms
from modules.monitoring.metric import Expression

METRICS = LoadBalancerMetrics(load_balancer="app/web/1", target_group="targetgroup/app/2")


def alarm(purpose: str) -> Alarm:
    alarms = load_balancer_alarms(METRICS, Thresholds(latency_p99_seconds=2.0))
    return next(each for each in alarms if each.purpose == purpose)


@pytest.mark.parametrize(
    ("requests", "target_errors", "own_errors", "percent"),
    [(200, 1, 0, 0.5), (0, 0, 10, 100.0), (100, 100, 0, 100.0)],
)
def test_error_rate(requests: int, target_errors: int, own_errors: int, percent: float) -> None:
    formula = METRICS.error_rate.formula
    counts = {"requests": requests, "target_errors": target_errors, "own_errors": own_errors}
    assert set(METRICS.error_rate.metrics) == set(counts)
    for name, count in counts.items():
        formula = formula.replace(f"FILL({name}, 0)", str(count))
    assert _evaluated(formula) == percent


def _evaluated(formula: str) -> float:
    value: float = eval(formula, {"__builtins__": {}})  # noqa: S307
    return value


def test_both_kinds_of_server_error_count() -> None:
    metric = alarm("error-rate").metric
    assert isinstance(metric, Expression)
    names = {each.name for each in metric.metrics.values()}
    assert names == {"RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"}


def test_an_empty_target_group_is_an_alarm() -> None:
    no_host = alarm("no-healthy-host")
    assert no_host.treat_missing_data == "breaching"
    assert (no_host.comparison_operator, no_host.threshold) == ("LessThanThreshold", 1)


def test_a_site_without_visitors_is_not() -> None:
    for purpose in ("error-rate", "latency-p50", "latency-p99", "rejected-connections"):
        assert alarm(purpose).treat_missing_data == "notBreaching"


def test_latency_by_percentile() -> None:
    slowest = alarm("latency-p99")
    assert isinstance(slowest.metric, Expression)
    latency = slowest.metric.metrics["latency"]
    assert (latency.statistic, slowest.threshold) == ("p99", 2.0)
    assert latency.dimensions["TargetGroup"] == "targetgroup/app/2"


@pytest.mark.parametrize(("percentile", "enough"), [("p50", 4), ("p95", 40), ("p99", 200)])
def test_a_percentile_of_a_few_requests_wakes_nobody(percentile: str, enough: int) -> None:
    slow = alarm(f"latency-{percentile}")
    assert isinstance(slow.metric, Expression)
    assert slow.metric.formula == f"IF(requests >= {enough}, latency, 0)"
    counted, timed = slow.metric.metrics["requests"], slow.metric.metrics["latency"]
    assert (counted.name, counted.statistic) == ("RequestCount", "Sum")
    assert counted.period == timed.period == 300
