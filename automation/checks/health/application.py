"""Health of the application: healthy targets, and instances in service that are up to date."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks import Check, Claim, holds, shown
from automation.checks.configuration.instances import find, serves, template_of
from automation.checks.lookups import target_group
from config import Settings
from config.application import APPLICATION_LOG_GROUP

if TYPE_CHECKING:
    from types_boto3_elbv2.type_defs import TargetHealthTypeDef

# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
_HEALTHY, _PASSING = "healthy", ("draining", "initial")
# https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
_REFRESHING = ("Baking", "Cancelling", "InProgress", "Pending", "RollbackInProgress")
_SOON = "look again in a few minutes: instances come and go"


def _targets(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """All are healthy; those that come or go are a warning."""
    arn = target_group(clients, settings)["TargetGroupArn"]
    answer = clients.elbv2.describe_target_health(TargetGroupArn=arn)
    health = {
        each["Target"]["Id"]: each["TargetHealth"] for each in answer["TargetHealthDescriptions"]
    }
    others = {id_: each for id_, each in health.items() if each.get("State") != _HEALTHY}
    failing = [id_ for id_, each in others.items() if each.get("State") not in _PASSING]
    wanted = find(clients, settings)["DesiredCapacity"]
    detail = f"{len(health) - len(others)} of {len(health)}"
    if others:
        detail += f": {shown({id_: _condition(each) for id_, each in others.items()})}"
    healthy = not failing and (len(health) > len(others) or not wanted)
    log = settings.naming.path(APPLICATION_LOG_GROUP)
    remedy = f"look at the application's log, {log}, and at its health check"
    if healthy and others:
        yield Claim("healthy", ok=True, detail=detail, remedy=_SOON, settling=True)
    else:
        starting = bool(others) and not failing
        yield Claim("healthy", healthy, detail).otherwise(remedy, settling=starting)


def _condition(health: "TargetHealthTypeDef") -> str:
    state, reason = health.get("State", "unknown"), health.get("Description")
    return f"{state} ({reason})" if reason else str(state)


def _in_service(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """As many as are wanted; fewer are a warning, unless they are fewer than the least."""
    group = find(clients, settings)
    instances = group.get("Instances", [])
    serving = [each for each in instances if serves(each)]
    others = {
        each["InstanceId"]: f"{each['LifecycleState']} {each['HealthStatus']}"
        for each in instances
        if not serves(each)
    }
    detail = f"{len(serving)} of {group['DesiredCapacity']}"
    if others:
        detail += f": {shown(others)}"
    if group["MinSize"] <= len(serving) < group["DesiredCapacity"]:
        yield Claim("in service", ok=True, detail=detail, remedy=_SOON, settling=True)
    else:
        name = group["AutoScalingGroupName"]
        yield Claim("in service", len(serving) >= group["MinSize"], detail).otherwise(
            "see why: `aws autoscaling describe-scaling-activities "
            f"--auto-scaling-group-name {name}`",
            settling=len(instances) >= group["MinSize"],
        )


def _spread(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """In as many zones as there are instances for."""
    serving = [each for each in find(clients, settings).get("Instances", []) if serves(each)]
    zones = {each["AvailabilityZone"] for each in serving}
    count = min(len(serving), len(settings.zones_in_use))
    yield holds("zones", len(zones) >= count, found=zones, expected=f"{count} zones").otherwise(
        "see whether a zone lacks capacity, or AWS reports trouble in it: "
        "https://health.aws.amazon.com/health/status"
    )


def _up_to_date(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """All come from the version that the group names; during a refresh, others are a warning."""
    group = find(clients, settings)
    name = settings.naming.name("application")
    named = template_of(group).get("Version", "")
    older = {
        each["InstanceId"]: version
        for each in group.get("Instances", [])
        if (version := each.get("LaunchTemplate", {}).get("Version")) != named
    }
    refreshed = _refreshed(clients, name)
    if older and refreshed is not None:
        detail = f"{shown(older)}; a refresh to {named} is at {refreshed} %"
        yield Claim("launch template", ok=True, detail=detail, remedy=_SOON, settling=True)
    else:
        found = older or f"all {named}"
        yield holds("launch template", not older, found=found, expected=named).otherwise(
            "replace them: `aws autoscaling start-instance-refresh "
            f"--auto-scaling-group-name {name}`"
        )


def _refreshed(clients: Clients, name: str) -> int | None:
    """How far a refresh is, in percent; None when there is none."""
    answer = clients.autoscaling.describe_instance_refreshes(AutoScalingGroupName=name)
    going = [each for each in answer["InstanceRefreshes"] if each.get("Status") in _REFRESHING]
    return going[0].get("PercentageComplete", 0) if going else None


APPLICATION_CHECKS: Mapping[str, Check] = {
    "targets": _targets,
    "instances": _in_service,
    "instances spread": _spread,
    "instances up to date": _up_to_date,
}
