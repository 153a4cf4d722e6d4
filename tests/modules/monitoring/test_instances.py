import pytest

from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm
from modules.monitoring.instances import InstanceMetrics, instance_alarms
from modules.monitoring.metric import Expression, Metric

METRICS = InstanceMetrics(group="prod-app", agent_namespace="prod/agent")


def alarms() -> dict[str, Alarm]:
    thresholds = Thresholds(instance_cpu_percent=85, memory_percent=80, disk_percent=75)
    found = instance_alarms(METRICS, thresholds)
    return {alarm.purpose: alarm for alarm in found}


def test_too_few_instances_are_measured_against_the_group_itself() -> None:
    missing = alarms()["instances-missing"]
    assert isinstance(missing.metric, Expression)
    assert {part.name for part in missing.metric.metrics.values()} == {
        "GroupMinSize",
        "GroupInServiceInstances",
    }
    assert missing.treat_missing_data == "ignore"


def test_a_group_that_tells_nothing_for_long_has_an_alarm_of_its_own() -> None:
    silent = alarms()["instances-silent"]
    assert isinstance(silent.metric, Metric)
    assert silent.metric.statistic == "SampleCount"
    assert silent.metric.dimensions == {"AutoScalingGroupName": "prod-app"}
    assert (silent.comparison_operator, silent.threshold) == ("LessThanThreshold", 1)
    assert silent.treat_missing_data == "missing"


@pytest.mark.parametrize(
    ("minimum", "maximum", "in_service", "breaching"),
    [(2, 6, 6, True), (2, 6, 5, False), (3, 3, 3, False)],
)
def test_a_group_that_cannot_grow_says_so(
    minimum: int, maximum: int, in_service: int, *, breaching: bool
) -> None:
    full = alarms()["instances-at-maximum"]
    assert isinstance(full.metric, Expression)
    counts = {"minimum": minimum, "maximum": maximum, "in_service": in_service}
    assert set(full.metric.metrics) == set(counts)
    assert full.metric.formula == "IF(maximum > minimum, maximum - in_service, 1)"
    room = maximum - in_service if maximum > minimum else 1
    assert (room < full.threshold) == breaching


@pytest.mark.parametrize(
    ("in_service", "told", "breaching"),
    [(3, 15, False), (3, 14, False), (3, 10, True), (1, 0, True), (0, 0, False), (2, 15, False)],
)
def test_an_instance_whose_agent_is_silent_is_missed(
    in_service: int, told: int, *, breaching: bool
) -> None:
    silent = alarms()["agents-silent"]
    assert isinstance(silent.metric, Expression)
    assert silent.metric.metrics["told"].statistic == "SampleCount"
    assert silent.metric.formula == "in_service - FILL(told, 0) / 5"
    assert (in_service - told / 5 > silent.threshold) == breaching


def test_memory_and_disk_come_from_the_agent_for_the_whole_group() -> None:
    found = alarms()
    for purpose, name, threshold in (
        ("instance-memory", "mem_used_percent", 80),
        ("instance-disk", "disk_used_percent", 75),
    ):
        metric = found[purpose].metric
        assert isinstance(metric, Metric)
        assert (metric.namespace, metric.name) == ("prod/agent", name)
        assert metric.dimensions == {"AutoScalingGroupName": "prod-app"}
        assert metric.statistic == "Maximum"
        assert found[purpose].threshold == threshold
