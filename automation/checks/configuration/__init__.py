"""Every check of the configuration, tier by tier, and those of any tier.

What a stack declares is deployed, and its alarms are there.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import boto3

from automation.aws.clients import Clients
from automation.checks import Check, Claim, Finding, covers, holds, run, same
from automation.checks.configuration.audit import check_audit
from automation.checks.configuration.database import check_database
from automation.checks.configuration.edge import check_edge
from automation.checks.configuration.instances import check_application
from automation.checks.configuration.monitoring import check_monitoring
from automation.checks.configuration.network import check_network
from automation.checks.configuration.storage import (
    check_logs,
    check_security,
    check_state,
    check_storage,
)
from automation.checks.configuration.web import check_dns, check_web
from automation.terraform.stacks import Stack
from config import Settings

_CHECKS: Mapping[str, Callable[[Clients, Settings], Iterator[Finding]]] = {
    "logs": check_logs,
    "security": check_security,
    "network": check_network,
    "dns": check_dns,
    "storage": check_storage,
    "database": check_database,
    "web": check_web,
    "application": check_application,
    "edge": check_edge,
    "monitoring": check_monitoring,
    "audit": check_audit,
}
_ALARM = "aws_cloudwatch_metric_alarm"
_COMPOSITE = "aws_cloudwatch_composite_alarm"


def check_platform(
    session: boto3.Session, settings: Settings, stacks: Sequence[Stack]
) -> Iterator[Finding]:
    """Look at every tier of an environment that has been applied, in the order of `stacks`."""
    clients = Clients(session, settings.region)
    for stack in stacks:
        if stack.name in _CHECKS:
            yield from _CHECKS[stack.name](clients, settings)
        yield from check_declared(clients, settings, stack)
    yield from check_state(clients, settings, [stack.name for stack in stacks])


def without_checks(tiers: Iterable[str]) -> list[str]:
    """The tiers of which is looked at what is looked at of any, and no more."""
    return [tier for tier in tiers if tier not in _CHECKS]


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
    """The names of its alarms by region; CloudWatch keeps an alarm where its metric is.

    Parts of an alarm over alarms may leave it to that to tell somebody.
    """
    regions = {
        ".".join(filter(None, ("aws", each.get("alias")))): each["region"]
        for each in stack.content["provider"]["aws"]
    }
    found: dict[str, set[str]] = {}
    rules = [each["alarm_rule"] for each in _declared(stack).get(_COMPOSITE, {}).values()]
    for id_, alarm in _declared(stack).get(_ALARM, {}).items():
        region = regions[alarm.get("provider", "aws")]
        part = any(f"{_ALARM}.{id_}." in rule for rule in rules)
        if alarm.get("alarm_actions") or not part:
            found.setdefault(region, set()).add(alarm["alarm_name"])
    return found


def _declared(stack: Stack) -> Mapping[str, Mapping[str, Any]]:
    declared: Mapping[str, Mapping[str, Any]] = stack.content.get("resource", {})
    return declared
