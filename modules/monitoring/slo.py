"""Service level objectives, and how fast failures use up what an objective leaves room for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from config.monitoring import Objectives
from modules.monitoring.alarm import Alarm, Together, at_once
from modules.monitoring.load_balancer import LoadBalancerMetrics
from modules.monitoring.metric import DAY, FIVE_MINUTES, HALF_HOUR, HOUR, Expression


@dataclass(frozen=True, kw_only=True)
class Burn:
    """How many times faster than allowed failures come, over a long time and still in a short one.

    Windows are in seconds. CloudWatch sums over a day at most: of several days, each has to be bad.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """

    speed: str
    times: float
    long: int
    short: int
    periods: int = 1


# Together they use up 2, 5 and 10 percent of what is allowed in thirty days before they are told.
# https://sre.google/workbook/alerting-on-slos/
BURNS = (
    Burn(speed="fast", times=14.4, long=HOUR, short=FIVE_MINUTES),
    Burn(speed="medium", times=6, long=6 * HOUR, short=HALF_HOUR),
    Burn(speed="slow", times=1, long=DAY, periods=3, short=6 * HOUR),
)


@dataclass(frozen=True, kw_only=True)
class Objective:
    """The percentage of requests that are to be good.

    `bad` is the percentage of requests of a window that are not, or 0 if so many are not reached.
    """

    purpose: str
    description: str
    percent: float
    least: int
    bad: Callable[[int, int], Expression]

    def alarm(self, burn: Burn) -> Together:
        """Goes off when failures have come so fast for long, and still do.

        The short window is there to end the alarm soon after the failures; that they are too few
        to be any news is looked at in the long one.
        """
        purpose = f"{self.purpose}-{burn.speed}"
        long = Alarm(
            purpose=f"{purpose}-long",
            description=f"{self.description} This is part of {purpose}.",
            metric=self.bad(burn.long, self.least),
            threshold=round(burn.times * (100 - self.percent), 6),
            evaluation_periods=burn.periods,
            datapoints_to_alarm=burn.periods,
            treat_missing_data="notBreaching",
            runbook=self.purpose,
        )
        short = replace(long, purpose=f"{purpose}-short", metric=self.bad(burn.short, 1))
        return Together(
            purpose=purpose,
            description=f"{self.description} They come {burn.times:g} times as fast as "
            f"{self.percent:g} % leaves room for.",
            parts=(long, at_once(short)),
            runbook=self.purpose,
        )


def burn_alarms(metrics: LoadBalancerMetrics, promised: Objectives) -> list[Together]:
    """For each objective, one alarm for each speed."""
    return [each.alarm(burn) for each in _objectives(metrics, promised) for burn in BURNS]


def _objectives(metrics: LoadBalancerMetrics, promised: Objectives) -> list[Objective]:
    """What is promised of the load balancer's answers.

    CloudFront tells a percentage of each minute, which cannot be summed up over busy and idle ones,
    and its static files would hide a failing application; the load balancer tells numbers.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    """
    found = [
        Objective(
            purpose="availability-burn",
            description="Requests fail.",
            percent=promised.availability,
            least=promised.least_failures,
            bad=metrics.failures,
        )
    ]
    if promised.latency is not None:

        def slow(period: int, least: int) -> Expression:
            return metrics.slow_answers(period, least, seconds=promised.latency_seconds)

        found.append(
            Objective(
                purpose="latency-burn",
                description=f"Answers take longer than {promised.latency_seconds:g} s.",
                percent=promised.latency,
                least=promised.least_failures,
                bad=slow,
            )
        )
    return found
