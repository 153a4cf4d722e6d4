"""Alarms now: none fires; those that have no data yet are told."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from automation.checks.claim import Check, Claim, MissingError, equal, only, shown
from automation.checks.clients import Clients
from config import Settings

if TYPE_CHECKING:
    from types_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

_NO_DATA = "INSUFFICIENT_DATA"
_QUIET = "some have no data until there is traffic; see that the others' metrics are published"


def _alarms(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = list(_metric_alarms(clients, settings))
    prefix = f"{settings.naming.prefix}-"
    if not found:
        raise MissingError(f"found no alarm {prefix}* in {clients.region}")
    firing = {
        each.get("AlarmName", "").removeprefix(prefix): each.get("StateReason", "")
        for each in found
        if each.get("StateValue") == "ALARM"
    }
    yield Claim(
        "firing",
        not firing,
        "; ".join(f"{name}: {reason}" for name, reason in firing.items())
        or f"none of {len(found)}",
    ).otherwise("see the dashboard, and mend what the alarms report")
    silent = [
        each.get("AlarmName", "").removeprefix(prefix)
        for each in found
        if each.get("StateValue") == _NO_DATA
    ]
    if silent:
        yield Claim("without data", ok=True, detail=shown(sorted(silent)), remedy=_QUIET)


def _metric_alarms(clients: Clients, settings: Settings) -> "Iterator[MetricAlarmTypeDef]":
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"{settings.naming.prefix}-", AlarmTypes=["MetricAlarm"]
    )
    for page in pages:
        yield from page["MetricAlarms"]


def _global_alarms(clients: Clients, settings: Settings) -> Iterator[Claim]:
    return _alarms(clients.in_us_east_1, settings)


def _service_down(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("service-down")
    answer = clients.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    found = only(answer["CompositeAlarms"], f"composite alarm {name}")
    state = found.get("StateValue")
    if state == _NO_DATA:
        yield Claim("state", ok=True, detail=state, remedy=_QUIET)
    else:
        yield equal("state", state, "OK").otherwise(
            f"the service is down: {found.get('StateReason', 'see the dashboard')}"
        )


ALARM_CHECKS: Mapping[str, Check] = {
    "service down": _service_down,
    "alarms": _alarms,
    "alarms in us-east-1": _global_alarms,
}
