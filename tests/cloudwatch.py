"""CloudWatch's rules for alarms, as far as the platform's alarms use them.

It reads synthesized alarms and what is measured minute by minute, and says which alarm is in which
state when. Nothing is asked of AWS.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate
from typing import Any

from tests.synthesized import Resource, Synthesized

DAY = 1440
# How many datapoints beyond the evaluation periods are looked at when some are missing: so many
# as in AWS's examples, which are about three periods.
BEYOND = 2
# Values of one minute, each with how often it was measured.
Samples = Sequence[tuple[float, int]]


class State(StrEnum):
    """What an alarm can be in."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True)
class Measured:
    """Samples of metrics (`namespace/name`) by minute; a minute that is not there has none."""

    series: Mapping[str, Mapping[int, Samples]]

    def value(self, metric: str, statistic: str, minutes: range) -> float | None:
        """A statistic over some minutes; none where nothing was measured."""
        minutely = self.series.get(metric, {})
        samples = [pair for minute in minutes for pair in minutely.get(minute, ())]
        return STATISTICS[statistic](samples) if samples else None


def percentile(percent: float) -> Callable[[Samples], float]:
    """The least value that so many percent of the samples do not exceed."""

    def of(samples: Samples) -> float:
        ordered = sorted(samples)
        seen = accumulate(count for _, count in ordered)
        wanted = percent / 100 * _count(samples)
        return next(
            value for (value, _), so_far in zip(ordered, seen, strict=True) if so_far >= wanted
        )

    return of


def _count(samples: Samples) -> float:
    return sum(count for _, count in samples)


def _sum(samples: Samples) -> float:
    return sum(value * count for value, count in samples)


class _Statistics(dict[str, Callable[[Samples], float]]):
    def __missing__(self, statistic: str) -> Callable[[Samples], float]:
        """Percentiles (p99), and percentile ranks: PR(:2) is how many percent are 2 at most."""
        rank = re.fullmatch(r"PR\(:([0-9.]+)\)", statistic)
        if rank:
            most = float(rank[1])
            return lambda samples: (
                100 * _count([pair for pair in samples if pair[0] <= most]) / _count(samples)
            )
        return percentile(float(statistic.removeprefix("p")))


STATISTICS = _Statistics(
    Sum=_sum,
    SampleCount=_count,
    Average=lambda samples: _sum(samples) / _count(samples),
    Minimum=lambda samples: min(value for value, _ in samples),
    Maximum=lambda samples: max(value for value, _ in samples),
)
_OPERATORS: Mapping[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
}


def calculated(formula: str, values: Mapping[str, float | None]) -> float | None:
    """Metric math at one time: what is missing, or divided by zero, has no result.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    return _calculated(ast.parse(formula, mode="eval").body, values)


def _calculated(node: ast.expr, values: Mapping[str, float | None]) -> float | None:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=int() | float() as constant):
            return constant
        case (
            ast.BinOp(left=left, op=sign, right=right)
            | ast.Compare(left=left, ops=[sign], comparators=[right])
        ):
            return _combined(type(sign), _calculated(left, values), _calculated(right, values))
        case ast.Call(func=ast.Name(id=("FILL" | "IF") as function), args=arguments):
            return _called(function, arguments, values)
    raise ValueError(f"unknown metric math: {ast.unparse(node)}")


def _called(
    function: str, arguments: Sequence[ast.expr], values: Mapping[str, float | None]
) -> float | None:
    first = _calculated(arguments[0], values)
    if function == "FILL":
        return _calculated(arguments[1], values) if first is None else first
    if first is None:
        return None
    return _calculated(arguments[1] if first else arguments[2], values)


def _combined(sign: type[ast.AST], left: float | None, right: float | None) -> float | None:
    if left is None or right is None or (sign is ast.Div and right == 0):
        return None
    return float(_OPERATORS[sign](left, right))


def decided(
    points: Sequence[bool | None], *, periods: int, bad: int, missing: str, before: State
) -> State:
    """The state by the newest datapoints, the oldest first: whether each breaches, if it is there.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    real = [point for point in points if point is not None]
    if len(real) >= periods:
        return State.ALARM if sum(real[-periods:]) >= bad else State.OK
    filled = periods - len(real) if missing == "breaching" else 0
    if sum(real) + filled >= bad:
        return State.ALARM
    if False in real or missing in ("breaching", "notBreaching"):
        return State.OK
    if missing == "ignore":
        return before
    if not real:
        return State.INSUFFICIENT_DATA
    # What is known is bad: that counts once it is as old as `bad` periods.
    return State.ALARM if True in points[: len(points) - bad + 1] else before


@dataclass(frozen=True)
class MetricAlarm:
    """A synthesized alarm on a metric or on metric math."""

    resource: Resource

    @cached_property
    def inputs(self) -> Mapping[str, Resource]:
        """The metrics that it looks at, by their ids; the only one of a plain alarm has none."""
        queries = self.resource.get("metric_query", ())
        return {each["id"]: each["metric"] for each in queries if "metric" in each} or {
            "": self.resource
        }

    @cached_property
    def formula(self) -> str:
        """Metric math, if it is an alarm on that."""
        queries = self.resource.get("metric_query", ())
        return "".join(each["expression"] for each in queries if "expression" in each)

    @cached_property
    def period(self) -> int:
        """In minutes, and the same for all that it looks at."""
        (seconds,) = {each["period"] for each in self.inputs.values()}
        return int(seconds) // 60

    @property
    def periods(self) -> int:
        """How many are looked at."""
        return int(self.resource["evaluation_periods"])

    def is_evaluated(self, minute: int) -> bool:
        """Every minute; every hour, if it looks at more than a day.

        https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
        """
        return self.period * self.periods <= DAY or minute % 60 == 0

    def state(self, measured: Measured, now: int, before: State, *, late: int = 0) -> State:
        """The state at the beginning of a minute, when so many minutes are not known yet."""
        ends = [now - age * self.period for age in range(self.periods + BEYOND)]
        windows = [range(end - self.period, min(end, now - late)) for end in reversed(ends)]
        return decided(
            [self._breaches(measured, minutes) for minutes in windows],
            periods=self.periods,
            bad=int(self.resource["datapoints_to_alarm"]),
            missing=self.resource["treat_missing_data"],
            before=before,
        )

    def _breaches(self, measured: Measured, minutes: range) -> bool | None:
        values = {
            id_: measured.value(_metric(each), _statistic(each), minutes)
            for id_, each in self.inputs.items()
        }
        value = calculated(self.formula, values) if self.formula else values[""]
        if value is None:
            return None
        if self.resource["comparison_operator"] == "GreaterThanThreshold":
            return value > float(self.resource["threshold"])
        return value < float(self.resource["threshold"])


def _metric(source: Resource) -> str:
    return f"{source['namespace']}/{source['metric_name']}"


def _statistic(source: Resource) -> str:
    found = source.get("stat") or source.get("statistic") or source["extended_statistic"]
    return str(found)


@dataclass(frozen=True, order=True)
class Told:
    """An alarm that told somebody: from when on, and the state that it told of."""

    minute: int
    alarm: str
    state: State


_CHILD = re.compile(
    r'(ALARM|OK|INSUFFICIENT_DATA)\("\$\{aws_cloudwatch_metric_alarm\.(.+?)\.arn\}"\)'
)
_ACTIONS = {
    State.OK: "ok_actions",
    State.ALARM: "alarm_actions",
    State.INSUFFICIENT_DATA: "insufficient_data_actions",
}


def holds(rule: str, states: Mapping[str, State]) -> bool:
    """Whether a composite alarm's rule does, given the states of metric alarms by their ids."""
    known = _CHILD.sub(lambda found: str(states[found[2]] == found[1]), rule)
    words = known.replace("AND", "and").replace("OR", "or").replace("NOT", "not")
    assert re.fullmatch(r"(True|False|and|or|not|[() ])+", words), rule
    return bool(eval(words, {"__builtins__": {}}))  # noqa: S307


def replay(
    stack: Synthesized, measured: Measured, minutes: range, *, late: int = 0
) -> Iterator[Told]:
    """What the alarms of a stack tell when they are made as the minutes begin.

    CloudWatch knows what is measured so many minutes `late`.
    """
    alarms = {
        id_: MetricAlarm(each)
        for id_, each in stack.resources("aws_cloudwatch_metric_alarm").items()
    }
    composites = stack.resources("aws_cloudwatch_composite_alarm")
    states = dict.fromkeys((*alarms, *composites), State.INSUFFICIENT_DATA)

    def enter(id_: str, resource: Mapping[str, Any], state: State) -> Iterator[Told]:
        changed = states[id_] != state
        states[id_] = state
        if changed and resource.get(_ACTIONS[state]):
            yield Told(minute, resource["alarm_name"], state)

    for minute in minutes:
        for id_, alarm in alarms.items():
            if alarm.is_evaluated(minute):
                state = alarm.state(measured, minute, states[id_], late=late)
                yield from enter(id_, alarm.resource, state)
        for id_, composite in composites.items():
            state = State.ALARM if holds(composite["alarm_rule"], states) else State.OK
            yield from enter(id_, composite, state)
