"""Checks of the application tier: what the load balancer forwards, the group and its instances."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from automation.aws.clients import Clients
from automation.checks import Check, Claim, Finding, covers, equal, holds, lookups, only, run, same
from automation.checks.configuration.network import security_group_checks
from automation.checks.configuration.web import HTTPS, listener
from automation.checks.lookups import origin_secret, target_group
from config import Settings
from config.application import (
    APPLICATION_LOG_GROUP,
    LAUNCH_HOOK,
    ORIGIN_HEADER,
    ORIGIN_SECRETS,
    PROCESS_ROLES,
    SYSTEM_LOG_GROUP,
)

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import (
        AutoScalingGroupTypeDef,
        InstanceTypeDef,
        LaunchTemplateSpecificationTypeDef,
    )
    from types_boto3_ec2.type_defs import ResponseLaunchTemplateDataTypeDef
    from types_boto3_elbv2.type_defs import RuleTypeDef


METRICS = ("GroupInServiceInstances", "GroupMinSize", "GroupDesiredCapacity", "GroupMaxSize")


def expected_tags(settings: Settings) -> dict[str, str]:
    """The tags of the group, its instances, their volumes and network interfaces."""
    name = settings.naming.name("application")
    return {**settings.naming.tags, "Stack": "application", "Name": name}


def find(clients: Clients, settings: Settings) -> "AutoScalingGroupTypeDef":
    """The group of the application's instances."""
    name = settings.naming.name("application")
    answer = clients.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return only(answer["AutoScalingGroups"], f"Auto Scaling group {name}")


def serves(instance: "InstanceTypeDef") -> bool:
    """Whether the group holds an instance for healthy, and in service."""
    healthy = instance["HealthStatus"].lower() == "healthy"
    return instance["LifecycleState"] == "InService" and healthy


def template_of(group: "AutoScalingGroupTypeDef") -> "LaunchTemplateSpecificationTypeDef":
    """What a group launches instances from, whether they are bought in one way or in several."""
    mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    return mixed.get("LaunchTemplateSpecification") or group.get("LaunchTemplate", {})


def _group(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found, wanted = find(clients, settings), settings.application
    yield equal("health check", found["HealthCheckType"], "ELB")
    yield equal(
        "grace seconds", found.get("HealthCheckGracePeriod"), wanted.health_check.grace_seconds
    )
    warmup = found.get("DefaultInstanceWarmup")
    yield equal("warm-up seconds", warmup, wanted.scaling.warmup_seconds)
    groups = [target_group(clients, settings, each) for each in settings.load_balancers]
    arns = [each["TargetGroupArn"] for each in groups]
    yield same("target groups", found.get("TargetGroupARNs", []), arns)
    subnets = found.get("VPCZoneIdentifier", "").split(",")
    yield same("subnets", subnets, lookups.subnet_ids(clients, settings, "app"))
    metrics = [each["Metric"] for each in found.get("EnabledMetrics", []) if "Metric" in each]
    yield covers("metrics", metrics, METRICS)
    yield from _launch_hook(clients, settings, found["AutoScalingGroupName"])
    policy = found.get("InstanceMaintenancePolicy", {})
    percentages = policy.get("MinHealthyPercentage"), policy.get("MaxHealthyPercentage")
    yield equal("healthy while instances are replaced, in percent", percentages, (100, 150))


def _launch_hook(clients: Clients, settings: Settings, group: str) -> Iterator[Claim]:
    """What waits until a new instance says that it serves."""
    name, seconds = settings.naming.name(LAUNCH_HOOK), settings.application.app.launch_seconds
    hooks = clients.autoscaling.describe_lifecycle_hooks(
        AutoScalingGroupName=group, LifecycleHookNames=[name]
    )
    found = only(hooks["LifecycleHooks"], f"lifecycle hook {name}")
    yield equal("seconds to launch in", found.get("HeartbeatTimeout"), seconds)
    yield equal("launch that takes longer", found.get("DefaultResult"), "ABANDON")


def _capacity(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """The bounds, unless schedules move them, and that as many instances serve."""
    found, wanted = find(clients, settings), settings.application.capacity
    if not settings.application.schedules:
        bounds = {"from": found["MinSize"], "to": found["MaxSize"]}
        yield equal("bounds", bounds, {"from": wanted.min_size, "to": wanted.max_size})
    serving = [each for each in found.get("Instances", []) if serves(each)]
    least = found["MinSize"]
    enough = len(serving) >= least
    yield holds("healthy in service", enough, found=len(serving), expected=f"at least {least}")


def _tags(clients: Clients, settings: Settings) -> Iterator[Claim]:
    tags = find(clients, settings).get("Tags", [])
    found = {f"{tag['Key']}={tag.get('Value')}" for tag in tags if tag.get("PropagateAtLaunch")}
    expected = {f"{key}={value}" for key, value in expected_tags(settings).items()}
    yield covers("reach the instances", found, expected)


def _version(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """The group names the newest version by its number: `$Latest` would never start a refresh."""
    group = find(clients, settings)
    mixed, found = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate"), template_of(group)
    name = settings.naming.name("application")
    yield equal("name", found.get("LaunchTemplateName"), name)
    answer = clients.ec2.describe_launch_templates(LaunchTemplateNames=[name])
    newest = only(answer["LaunchTemplates"], f"launch template {name}")["LatestVersionNumber"]
    yield equal("version", found.get("Version"), str(newest))
    if mixed:
        types = [each.get("InstanceType") for each in mixed.get("Overrides", [])]
        yield equal("instance types", types, list(settings.application.instance_types))


def _policies(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("application")
    answer = clients.autoscaling.describe_policies(AutoScalingGroupName=name)
    found = {}
    for policy in answer["ScalingPolicies"]:
        tracking = policy.get("TargetTrackingConfiguration")
        if tracking and policy.get("Enabled", True):
            metric = tracking.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
            found[policy["PolicyName"]] = (metric, tracking["TargetValue"])
    scaling = settings.application.scaling
    expected: Mapping[str, tuple[str, int]] = {
        "cpu": ("ASGAverageCPUUtilization", scaling.cpu_percent),
        "requests": ("ALBRequestCountPerTarget", scaling.requests_per_instance),
    }
    for purpose, target in expected.items():
        yield equal(purpose, found.get(settings.naming.name(purpose)), target)


def _schedules(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("application")
    answer = clients.autoscaling.describe_scheduled_actions(AutoScalingGroupName=name)
    found = {
        each["ScheduledActionName"]: (each["Recurrence"], each["MinSize"], each["MaxSize"])
        for each in answer["ScheduledUpdateGroupActions"]
    }
    expected = {
        settings.naming.name(each.name): (each.recurrence, each.min_size, each.max_size)
        for each in settings.application.schedules
    }
    yield equal("by name", found, expected)


def _template(clients: Clients, settings: Settings) -> "ResponseLaunchTemplateDataTypeDef":
    answer = clients.ec2.describe_launch_template_versions(
        LaunchTemplateName=settings.naming.name("application"), Versions=["$Latest"]
    )
    return only(answer["LaunchTemplateVersions"], "newest version")["LaunchTemplateData"]


def _access(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """How one gets at an instance: with session tokens and Session Manager alone."""
    found = _template(clients, settings)
    metadata = found.get("MetadataOptions", {})
    yield equal("metadata needs tokens", metadata.get("HttpTokens"), "required")
    yield equal("metadata hops", metadata.get("HttpPutResponseHopLimit"), 1)
    yield equal("SSH key", found.get("KeyName"), None)
    interface = only(found.get("NetworkInterfaces", []), "network interface")
    yield equal("public address", interface.get("AssociatePublicIpAddress"), False)
    group = lookups.group_id(clients, settings, "application")
    yield equal("security groups", interface.get("Groups"), [group])
    role = settings.naming.arn(
        "iam", f"instance-profile/{settings.naming.name('application')}", region=""
    )
    yield equal("instance profile", found.get("IamInstanceProfile", {}).get("Arn"), role)


def _roles(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Each process has the credentials of a role, which instances alone assume for it."""
    naming = settings.naming
    instances = naming.arn("iam", f"role/{naming.name('application')}", region="")
    for name in map(naming.name, PROCESS_ROLES):
        role: Any = clients.iam.get_role(RoleName=name)["Role"]
        trusted = [each["Principal"] for each in role["AssumeRolePolicyDocument"]["Statement"]]
        yield equal(f"{name} trusts", trusted, [{"AWS": instances}])
        boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        yield equal(f"boundary of {name}", boundary, naming.boundary)


def _machine(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found = _template(clients, settings)
    yield equal("type", found.get("InstanceType"), settings.application.instance_types[0])
    disk = only(found.get("BlockDeviceMappings", []), "volume").get("Ebs", {})
    yield equal("volume encrypted", disk.get("Encrypted"), True)
    yield equal("volume key", disk.get("KmsKeyId"), lookups.key_arn(clients, settings, "data"))
    size = {"GiB": disk.get("VolumeSize"), "type": disk.get("VolumeType")}
    yield equal("volume", size, {"GiB": settings.application.root_volume_gib, "type": "gp3"})
    tagged = {
        each.get("ResourceType")
        for each in found.get("TagSpecifications", [])
        if expected_tags(settings).items() <= lookups.tags_of(each).items()
    }
    yield covers("tagged in full", tagged, ("instance", "network-interface", "volume"))


INSTANCE_CHECKS: Mapping[str, Check] = {
    "Auto Scaling group": _group,
    "capacity": _capacity,
    "tags": _tags,
    "launch template": _version,
    "scaling policies": _policies,
    "schedules": _schedules,
    "access to instances": _access,
    "roles of processes": _roles,
    "machine": _machine,
}


def forwarding_checks(settings: Settings) -> Mapping[str, Check]:
    """From the listener to the port on which instances are asked."""
    return {
        "listener rule": _rule,
        "target group": _target_group,
        "target group attributes": _draining,
        **security_group_checks(settings, shared=True),
    }


def _rule(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Who knows the secret is let through, nobody else; the values are never shown."""
    arn = listener(clients, settings, HTTPS)["ListenerArn"]
    rules = clients.elbv2.describe_rules(ListenerArn=arn)["Rules"]
    rule = only((each for each in rules if not each.get("IsDefault")), "rule")
    targets = [(each["Type"], each.get("TargetGroupArn")) for each in rule.get("Actions", [])]
    target_group_arn = target_group(clients, settings)["TargetGroupArn"]
    yield equal("action", targets, [("forward", target_group_arn)])
    fields = [each.get("Field") for each in rule.get("Conditions", [])]
    yield equal("asks for", fields, ["http-header"])
    yield from _header(
        rule,
        {origin_secret(clients, settings, version=each) for each in range(len(ORIGIN_SECRETS))},
    )


def _header(rule: "RuleTypeDef", secrets: set[str]) -> Iterator[Claim]:
    header = only(rule["Conditions"], "condition")["HttpHeaderConfig"]
    yield equal("header", header.get("HttpHeaderName"), ORIGIN_HEADER)
    values = set(header.get("Values", []))
    yield equal(
        "values",
        f"{len(values & secrets)} of the {len(secrets)} secrets, {len(values - secrets)} others",
        f"{len(ORIGIN_SECRETS)} of the {len(ORIGIN_SECRETS)} secrets, 0 others",
    )
    yield equal("secrets too short to be safe", sum(len(each) < 32 for each in secrets), 0)


def _target_group(clients: Clients, settings: Settings) -> Iterator[Claim]:
    found, wanted = target_group(clients, settings), settings.application.health_check
    yield equal("port", found.get("Port"), settings.application.port)
    yield equal("network", found.get("VpcId"), lookups.vpc_id(clients, settings))
    expected: Mapping[str, object] = {
        "HealthCheckEnabled": True,
        "HealthCheckPath": wanted.path,
        "HealthCheckPort": "traffic-port",
        "HealthCheckIntervalSeconds": wanted.interval_seconds,
        "HealthCheckTimeoutSeconds": wanted.timeout_seconds,
        "HealthyThresholdCount": wanted.healthy_threshold,
        "UnhealthyThresholdCount": wanted.unhealthy_threshold,
        "Matcher": {"HttpCode": "200"},
    }
    for key, value in expected.items():
        yield equal(key, found.get(key), value)


def _draining(clients: Clients, settings: Settings) -> Iterator[Claim]:
    arn = target_group(clients, settings)["TargetGroupArn"]
    answer = clients.elbv2.describe_target_group_attributes(TargetGroupArn=arn)
    found = {each["Key"]: each["Value"] for each in answer["Attributes"]}
    expected = {
        "deregistration_delay.timeout_seconds": str(settings.application.deregistration_seconds),
        "load_balancing.algorithm.type": "least_outstanding_requests",
    }
    for key, value in expected.items():
        yield equal(key, found.get(key), value)


def check_application(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """The instances, and what the load balancer forwards to them."""
    checks: dict[str, Check] = {
        **forwarding_checks(settings),
        **INSTANCE_CHECKS,
        "logs": _logs,
    }
    return run("application", clients, settings, checks)


def _logs(clients: Clients, settings: Settings) -> Iterator[Claim]:
    names = [settings.naming.path(each) for each in (APPLICATION_LOG_GROUP, SYSTEM_LOG_GROUP)]
    return lookups.log_groups(clients, settings, names, key="logs")
