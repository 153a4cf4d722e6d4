import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refusal


def test_composite_alarms_are_alarms_of_their_own_type(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch")
    cloudwatch.put_composite_alarm(
        AlarmName="down",
        AlarmRule='ALARM("a") AND ALARM("b")',
        AlarmActions=["arn:aws:sns:us-west-2:123456789012:topic"],
        ActionsSuppressor="deploying",
        ActionsSuppressorWaitPeriod=60,
        ActionsSuppressorExtensionPeriod=120,
        Tags=[{"Key": "Stack", "Value": "monitoring"}],
    )
    answer = cloudwatch.describe_alarms(AlarmNames=["down"], AlarmTypes=["CompositeAlarm"])
    assert answer["MetricAlarms"] == []
    (alarm,) = answer["CompositeAlarms"]
    assert alarm["AlarmRule"] == 'ALARM("a") AND ALARM("b")'
    assert alarm["ActionsEnabled"] is True
    assert alarm["ActionsSuppressor"] == "deploying"
    assert alarm["ActionsSuppressorWaitPeriod"] == 60
    tags = cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
    assert tags == [{"Key": "Stack", "Value": "monitoring"}]
    cloudwatch.delete_alarms(AlarmNames=["down"])
    assert not cloudwatch.describe_alarms(AlarmNames=["down"])["CompositeAlarms"]


def test_an_alarm_stays_while_a_composite_alarm_asks_it(emulator: Emulator) -> None:
    cloudwatch = emulator.client("cloudwatch")
    alarm(emulator, "asked", Statistic="Sum")
    cloudwatch.put_composite_alarm(AlarmName="asks", AlarmRule="ALARM(asked) OR ALARM(other)")
    assert refusal(cloudwatch.delete_alarms, AlarmNames=["asked"]) == (
        "ValidationError",
        "Cannot delete asked as there are composite alarm(s) depending on it.",
    )
    cloudwatch.delete_alarms(AlarmNames=["asked", "asks"])


def alarm(emulator: Emulator, name: str, **more: object) -> None:
    """An alarm on a metric that is called after it, above 1, within an hour."""
    emulator.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="Shop",
        MetricName=name,
        Period=3600,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        **more,
    )


def state(emulator: Emulator, name: str, values: list[float]) -> str:
    """The state of an alarm after more values of its metric."""
    cloudwatch = emulator.client("cloudwatch")
    data = {"MetricName": name, "Values": values, "Counts": [1] * len(values)}
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=[data])
    (found,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return str(found["StateValue"])


def test_values_change_the_state_of_an_alarm(emulator: Emulator) -> None:
    alarm(emulator, "sums", Statistic="Sum")
    assert state(emulator, "sums", [0.5]) == "OK"
    assert state(emulator, "sums", [0.6]) == "ALARM"


@pytest.mark.parametrize(
    ("statistic", "low", "samples", "expected"),
    [
        ("p95", "ignore", 199, "OK"),
        ("p95", "ignore", 200, "ALARM"),
        ("p95", "evaluate", 2, "ALARM"),
        ("p10", "ignore", 99, "OK"),
        ("p10", "ignore", 100, "ALARM"),
    ],
)
def test_a_percentile_alarm_needs_its_samples(
    emulator: Emulator, statistic: str, low: str, samples: int, expected: str
) -> None:
    """What M2 is about.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
    """
    name, sampled = f"{statistic}-{low}-{samples}", {"ExtendedStatistic": statistic}
    alarm(emulator, name, **sampled, EvaluateLowSampleCountPercentile=low)
    half = samples // 2
    values = [float(2 + number) for number in range(samples)]
    assert state(emulator, name, values[:half]) == ("ALARM" if low == "evaluate" else "OK")
    assert state(emulator, name, values[half:]) == expected
