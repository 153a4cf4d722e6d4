"""Which alarm goes when, as failures come: synthesized, and replayed by CloudWatch's rules."""

from collections.abc import Callable

import pytest
from cdktf import TerraformStack

from config import Naming
from config.monitoring import Objectives
from modules.monitoring.alarm import Alarms
from modules.monitoring.load_balancer import LoadBalancerMetrics
from modules.monitoring.runbooks import Runbooks
from modules.monitoring.slo import BURNS, burn_alarms
from tests.cloudwatch import DAY, Measured, Samples, State, replay
from tests.synthesized import Synthesized, synthesize

METRICS = LoadBalancerMetrics(load_balancer="app/web/1", target_group="targetgroup/app/2")
HOUR = 60
# What a minute has: requests, and those of them that fail or are late.
Traffic = Callable[[int], tuple[float, float]]


def synthesized(promised: Objectives) -> Synthesized:
    naming = Naming(environment="prod", app_id="1", account_id="123456789012", region="eu-north-1")

    def build(stack: TerraformStack) -> None:
        alarms = Alarms(
            stack,
            "alarms",
            naming=naming,
            topic_arn="arn:topic",
            runbooks=Runbooks("docs/runbooks"),
        )
        alarms.add(*burn_alarms(METRICS, promised))

    return synthesize(build)


@pytest.fixture(scope="module")
def available() -> Synthesized:
    return synthesized(Objectives())


@pytest.fixture(scope="module")
def quick() -> Synthesized:
    return synthesized(Objectives(latency=99, latency_seconds=0.5))


def counted(traffic: Traffic, minutes: range) -> Measured:
    """As a load balancer counts: nothing where there is nothing to count."""

    def of(number: Callable[[int], float]) -> dict[int, Samples]:
        return {minute: [(number(minute), 1)] for minute in minutes if number(minute)}

    requests = of(lambda minute: traffic(minute)[0])
    failures = of(lambda minute: traffic(minute)[1])
    prefix = "AWS/ApplicationELB"
    return Measured(
        {f"{prefix}/RequestCount": requests, f"{prefix}/HTTPCode_Target_5XX_Count": failures}
    )


def told(stack: Synthesized, measured: Measured, minutes: range) -> list[tuple[int, str, str]]:
    """From when on which alarm tells what."""
    return [
        (each.minute, each.alarm.removeprefix("prod-1-"), str(each.state))
        for each in replay(stack, measured, minutes)
        if each.minute > minutes.start or each.state != State.OK
    ]


def went_off(
    stack: Synthesized, traffic: Traffic, minutes: int, *, step: int = 1
) -> dict[str, int]:
    """The alarms that go off, with the minute; there is no traffic before the first."""
    measured = counted(traffic, range(minutes))
    found = told(stack, measured, range(0, minutes, step))
    return {alarm: minute for minute, alarm, state in found if state != "OK"}


def test_a_site_that_keeps_its_promise_wakes_nobody(available: Synthesized) -> None:
    """Half of what is allowed, all the time."""
    assert went_off(available, lambda _: (600, 0.3), 4 * DAY, step=HOUR) == {}


def test_a_spike_that_uses_up_little_wakes_nobody(available: Synthesized) -> None:
    """Half a minute of failures is 1.2 % of the month's."""

    def traffic(minute: int) -> tuple[float, float]:
        return (600, 300 if minute == 90 else 0)

    assert went_off(available, traffic, 3 * HOUR) == {}


def test_an_outage_wakes_somebody_within_two_minutes_and_ends_soon_after(
    available: Synthesized,
) -> None:
    """The long windows are bad for hours more; the short ones say that it is over."""

    def traffic(minute: int) -> tuple[float, float]:
        return (600, 600 if 400 <= minute < 420 else 0)

    measured = counted(traffic, range(15 * HOUR))
    found = told(available, measured, range(390, 15 * HOUR))
    assert found == [
        (401, "availability-burn-fast", "ALARM"),
        (403, "availability-burn-medium", "ALARM"),
        (425, "availability-burn-fast", "OK"),
        (450, "availability-burn-medium", "OK"),
    ]


def test_what_fails_ten_times_as_often_is_told_within_hours(available: Synthesized) -> None:
    found = went_off(available, lambda minute: (600, 6 if minute >= DAY else 0.1), 2 * DAY, step=10)
    assert found == {"availability-burn-medium": DAY + 220}


def test_a_slow_burn_is_told_when_three_days_in_a_row_were_too_bad(
    available: Synthesized,
) -> None:
    found = went_off(available, lambda _: (600, 0.9), 4 * DAY, step=HOUR)
    assert set(found) == {"availability-burn-slow"}
    assert 2 * DAY < found["availability-burn-slow"] <= 3 * DAY


def test_a_good_day_between_bad_ones_ends_a_slow_burn(available: Synthesized) -> None:
    def traffic(minute: int) -> tuple[float, float]:
        return (600, 0.1 if minute // DAY == 1 else 0.9)

    assert went_off(available, traffic, 4 * DAY, step=HOUR) == {}


@pytest.mark.parametrize("every", [7, 30])
def test_of_few_requests_a_failure_is_a_large_share_and_no_news(
    available: Synthesized, every: int
) -> None:
    """At night one of a handful fails, again and again."""

    def traffic(minute: int) -> tuple[float, float]:
        return (minute % 5 == 0, minute % (every * 5) == 0)

    assert went_off(available, traffic, 5 * HOUR) == {}


def test_few_requests_that_all_fail_are_an_outage(available: Synthesized) -> None:
    """One every two minutes: the tenth failure is news."""
    found = went_off(available, lambda minute: (minute % 2, minute % 2), 2 * HOUR)
    assert found == {"availability-burn-fast": 20, "availability-burn-medium": 20}


def test_nobody_at_all_is_no_failure(available: Synthesized) -> None:
    """Silence before, amid and after the visitors' day."""

    def traffic(minute: int) -> tuple[float, float]:
        return (600, 0.3) if HOUR <= minute < 5 * HOUR else (0, 0)

    assert went_off(available, traffic, 10 * HOUR, step=5) == {}


def test_load_balancers_own_errors_count_though_no_target_saw_the_requests(
    available: Synthesized,
) -> None:
    errors: dict[int, Samples] = {minute: [(50, 1)] for minute in range(30, 60)}
    prefix = "AWS/ApplicationELB/HTTPCode_ELB"
    measured = Measured({f"{prefix}_5XX_Count": errors, f"{prefix}_503_Count": errors})
    found = told(available, measured, range(20, 60))
    assert (31, "availability-burn-fast", "ALARM") in found


def test_targets_that_do_not_answer_are_an_outage_as_well(available: Synthesized) -> None:
    """502 and 504 are among the requests already: they count once."""
    errors: dict[int, Samples] = {minute: [(50, 1)] for minute in range(30, 60)}
    prefix = "AWS/ApplicationELB"
    names = (f"{prefix}/RequestCount", f"{prefix}/HTTPCode_ELB_5XX_Count")
    found = told(available, Measured(dict.fromkeys(names, errors)), range(20, 60))
    assert (31, "availability-burn-fast", "ALARM") in found


def answers(late: Callable[[int], int], minutes: range) -> Measured:
    """100 answers in a minute, so many of them late."""
    times: dict[int, Samples] = {
        minute: [(0.1, 100 - late(minute)), (0.5, 0), (2.0, late(minute))] for minute in minutes
    }
    requests: dict[int, Samples] = {minute: [(100, 1)] for minute in minutes}
    prefix = "AWS/ApplicationELB"
    return Measured({f"{prefix}/RequestCount": requests, f"{prefix}/TargetResponseTime": times})


@pytest.mark.parametrize(
    ("late", "alarms"),
    [(0, set()), (1, set()), (10, {"medium"}), (40, {"fast", "medium"})],
)
def test_late_answers(quick: Synthesized, late: int, alarms: set[str]) -> None:
    minutes = range(10 * HOUR)
    measured = answers(lambda minute: late if minute >= 2 * HOUR else 0, minutes)
    found = told(quick, measured, minutes[::5])
    assert {alarm for _, alarm, state in found if state != "OK"} == {
        f"latency-burn-{speed}" for speed in alarms
    }


def test_each_objective_has_three_speeds_and_their_windows_tell_nobody(
    quick: Synthesized,
) -> None:
    alarms = quick.resources("aws_cloudwatch_metric_alarm").values()
    assert len(alarms) == 2 * 2 * len(BURNS)
    for resource in alarms:
        assert 0 < resource["threshold"] < 100
        assert "alarm_actions" not in resource
    for resource in quick.resources("aws_cloudwatch_composite_alarm").values():
        assert len(resource["alarm_rule"]) < 10_240
        assert resource["alarm_actions"] == resource["ok_actions"] == ["arn:topic"]
