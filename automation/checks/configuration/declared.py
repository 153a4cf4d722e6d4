"""Checks of any tier: what its stack declares is deployed, and its alarms are there."""

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from automation.aws.clients import Clients
from automation.checks.check import Check, Claim, Finding, covers, holds, run, same
from automation.terraform.stacks import Stack
from config import Settings

_ALARM = "aws_cloudwatch_metric_alarm"


def check_declared(clients: Clients, settings: Settings, stack: Stack) -> Iterator[Finding]:
    """Every resource that a stack declares is in its state, and every alarm tells somebody."""
    checks: dict[str, Check] = {"resources": partial(_resources, stack=stack)}
    for region, names in _alarm_names(stack).items():
        checks[f"alarms declared in {region}"] = partial(_alarms, region=region, names=names)
    return run(stack.name, clients, settings, checks)


def _resources(clients: Clients, _: Settings, *, stack: Stack) -> Iterator[Claim]:
    """A state has them as they were deployed; whether they still are so, `drift` tells."""
    backend = stack.content["terraform"]["backend"]["s3"]
    body = clients.s3.get_object(Bucket=backend["bucket"], Key=backend["key"])["Body"]
    state: dict[str, Any] = json.load(body)
    managed = [each for each in state["resources"] if each["mode"] == "managed"]
    declared = {
        f"{type_}.{id_}"
        for type_, bodies in _declared(stack).items()
        for id_, body in bodies.items()
        # What is declared for each of something may be none.
        if not {"count", "for_each"} & body.keys()
    }
    missing = declared - {f"{each['type']}.{each['name']}" for each in managed}
    found = f"{len(declared) - len(missing)} of {len(declared)}"
    yield holds(
        "are deployed", not missing, found=found, expected=f"{', '.join(sorted(missing))} as well"
    )


def _alarms(
    clients: Clients, settings: Settings, *, region: str, names: set[str]
) -> Iterator[Claim]:
    pages = (
        clients.of(region)
        .cloudwatch.get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=f"{settings.naming.prefix}-", AlarmTypes=["MetricAlarm"])
    )
    found = [
        alarm for page in pages for alarm in page["MetricAlarms"] if alarm["AlarmName"] in names
    ]
    yield covers("are there", [alarm["AlarmName"] for alarm in found], names)
    mute = [
        alarm["AlarmName"]
        for alarm in found
        if not (alarm.get("ActionsEnabled") and alarm.get("AlarmActions"))
    ]
    yield same("tell nobody", mute, [])


def _alarm_names(stack: Stack) -> dict[str, set[str]]:
    """The names of its alarms by region; CloudWatch keeps an alarm where its metric is."""
    regions = {
        ".".join(filter(None, ("aws", each.get("alias")))): each["region"]
        for each in stack.content["provider"]["aws"]
    }
    found: dict[str, set[str]] = {}
    for alarm in _declared(stack).get(_ALARM, {}).values():
        region = regions[alarm.get("provider", "aws")]
        found.setdefault(region, set()).add(alarm["alarm_name"])
    return found


def _declared(stack: Stack) -> Mapping[str, Mapping[str, Any]]:
    declared: Mapping[str, Mapping[str, Any]] = stack.content.get("resource", {})
    return declared
