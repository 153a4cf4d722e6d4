from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.checks.configuration.monitoring import alarms, topic_arn
from config import Settings

NAME = "prod-349081-outage"


@pytest.fixture
def topic(settings: Settings) -> str:
    return topic_arn(settings, "alarms")


def wrong(clients: Clients, settings: Settings) -> dict[str, str]:
    """What does not hold, with the details."""
    claims = alarms(clients, settings, purposes=["outage"])
    return {claim.what: claim.detail for claim in claims if not claim.ok}


def alarm(clients: Clients, **otherwise: Any) -> None:
    clients.cloudwatch.put_metric_alarm(
        **{
            "AlarmName": NAME,
            "Namespace": "AWS/ApplicationELB",
            "MetricName": "RequestCount",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            **otherwise,
        }
    )


def test_an_alarm_that_tells_the_topic_passes(
    topic: str, clients: Clients, settings: Settings
) -> None:
    alarm(clients, AlarmActions=[topic], OKActions=[topic])
    assert wrong(clients, settings) == {}


def test_an_alarm_without_action_fails(topic: str, clients: Clients, settings: Settings) -> None:
    alarm(clients, OKActions=[topic])
    assert wrong(clients, settings) == {f"do not tell {topic}": f"found {NAME}, expected none"}


def test_an_alarm_that_is_switched_off_fails(
    topic: str, clients: Clients, settings: Settings
) -> None:
    alarm(clients, AlarmActions=[topic], OKActions=[topic], ActionsEnabled=False)
    assert list(wrong(clients, settings)) == ["are switched off"]


def test_an_alarm_that_tells_another_topic_fails(
    topic: str, clients: Clients, settings: Settings
) -> None:
    alarm(clients, AlarmActions=[f"{topic}-old"], OKActions=[topic])
    assert wrong(clients, settings) == {f"do not tell {topic}": f"found {NAME}, expected none"}


def test_a_missing_alarm_fails(clients: Clients, settings: Settings) -> None:
    assert wrong(clients, settings) == {"are there": f"found none, expected {NAME} as well"}
