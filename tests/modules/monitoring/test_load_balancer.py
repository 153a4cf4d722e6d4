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
    ("counts", "percent"),
    [
        ({"requests": 200, "target_errors": 1, "own_errors": 0, "unserved": 0}, 0.5),
        ({"requests": 100, "target_errors": 100, "own_errors": 0, "unserved": 0}, 100.0),
        # Nowhere to go to: 503.
        ({"requests": 0, "target_errors": 0, "own_errors": 10, "unserved": 10}, 100.0),
        ({"requests": 90, "target_errors": 0, "own_errors": 10, "unserved": 10}, 10.0),
        # Chosen targets that did not answer: 502 and 504.
        ({"requests": 100, "target_errors": 0, "own_errors": 100, "unserved": 0}, 100.0),
    ],
)
def test_error_rate(counts: dict[str, int], percent: float) -> None:
    formula = METRICS.error_rate.formula
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
    assert names == {
        "RequestCount",
        "HTTPCode_Target_5XX_Count",
        "HTTPCode_ELB_5XX_Count",
        "HTTPCode_ELB_503_Count",
    }


def test_a_target_group_that_was_emptied_is_told_and_one_not_yet_filled_is_not() -> None:
    no_host = alarm("no-healthy-host")
    assert no_host.treat_missing_data == "missing"
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
