"""What has to hold between the application's settings and the others."""

import re
from collections.abc import Iterator
from typing import Literal

from config.faults import Fault
from config.settings import Settings

Architecture = Literal["arm64", "x86_64"]

# <family><generation><attributes>.<size>; a "g" among the attributes is an AWS Graviton processor.
# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
_NAME = re.compile(r"^(?P<family>[a-z]+?)(?P<generation>\d+)(?P<attributes>[a-z0-9-]*)\.")


def architecture_of(instance_type: str) -> Architecture:
    """The processor architecture that an instance type's name implies."""
    if instance_type.startswith("a1."):
        return "arm64"
    name = _NAME.match(instance_type)
    return "arm64" if name and "g" in name["attributes"] else "x86_64"


# What Terrace sets for the application, and what would lead its AWS clients elsewhere.
_OWN_VARIABLES = ("ASSETS_BASE_URL", "HOME", "PATH", "PORT")
_OWN_PREFIXES = ("APP_", "AWS_", "DB_", "OTEL_")
# Variables are part of the user data, which holds 16 KiB and is compressed.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html
MAX_VARIABLES = 7168
# Who listens on every instance beside the application (modules/application).
_AGENT, _CREDENTIALS = "the CloudWatch agent", "what hands out credentials"
_LISTENING = {**dict.fromkeys((4317, 4318, 4327, 4328), _AGENT), 18082: _CREDENTIALS}


def _variables(settings: Settings) -> Iterator[Fault]:
    key, app = "application.app", settings.application.app
    for place, names in (("variables", app.variables), ("secrets", app.secrets)):
        for name in names:
            if name in _OWN_VARIABLES or name.startswith(_OWN_PREFIXES):
                remedy = f"choose another name: not {', '.join(_OWN_VARIABLES)}, and none that "
                remedy += f"starts with {', '.join(_OWN_PREFIXES)}"
                yield Fault(f"{key}.{place}", f'"{name}"', remedy)
    for name in sorted({*app.variables} & {*app.secrets}):
        remedy = f"remove it here or in {key}.secrets"
        yield Fault(f"{key}.variables", f'"{name}"', remedy, (f"{key}.secrets",))
    variables = (*app.variables.items(), *app.secrets.items())
    size = sum(len(f"{name}={value}\n".encode()) for name, value in variables)
    if size > MAX_VARIABLES:
        remedy = f"shorten it and {key}.secrets to {MAX_VARIABLES} bytes: user data is limited"
        yield Fault(f"{key}.variables", f"{size} bytes", remedy, (f"{key}.secrets",))


def _secrets(settings: Settings) -> Iterator[Fault]:
    for name, arn in settings.application.app.secrets.items():
        if arn.split(":")[3] != settings.region:
            remedy = f"name a secret of the region {settings.region}: replicate it there"
            yield Fault(f"application.app.secrets.{name}", f'"{arn}"', remedy, ("region",))


def _processes(settings: Settings) -> Iterator[Fault]:
    names = settings.application.app.process_names
    for index, name in enumerate(names):
        if name in names[:index]:
            key = f"application.app.processes[{index}].name"
            yield Fault(key, f'"{name}"', "give each process its own name")


# How long CloudFront keeps a connection to an origin open (modules/edge/origins.py).
_KEEPALIVE_SECONDS = 5


def _idle_timeout(settings: Settings) -> Iterator[Fault]:
    """Who asks has to be the first to close a connection."""
    key, involved = "application.idle_timeout_seconds", "edge.origin_timeout_seconds"
    seconds = settings.application.idle_timeout_seconds
    least = max(_KEEPALIVE_SECONDS, settings.edge.origin_timeout_seconds)
    if seconds <= least:
        remedy = (
            f"give more than {least}: CloudFront keeps connections for {_KEEPALIVE_SECONDS} s, "
        )
        remedy += f"and waits for {involved}"
        yield Fault(key, seconds, remedy, (involved,))


def _port(settings: Settings) -> Iterator[Fault]:
    port = settings.application.port
    if port in _LISTENING:
        remedy = f"choose another one: {_LISTENING[port]} has it on every instance"
        yield Fault("application.port", port, remedy)


def _capacity(settings: Settings) -> Iterator[Fault]:
    capacity = settings.application.capacity
    if capacity.min_size > capacity.max_size:
        key = "application.capacity"
        remedy = f"give at most {key}.max_size, which is {capacity.max_size}"
        yield Fault(f"{key}.min_size", capacity.min_size, remedy, (f"{key}.max_size",))
    names = [schedule.name for schedule in settings.application.schedules]
    for index, schedule in enumerate(settings.application.schedules):
        key = f"application.schedules[{index}]"
        if schedule.min_size > schedule.max_size:
            remedy = f"give at most {key}.max_size, which is {schedule.max_size}"
            yield Fault(f"{key}.min_size", schedule.min_size, remedy)
        if schedule.name in names[:index]:
            yield Fault(f"{key}.name", f'"{schedule.name}"', "give each schedule its own name")


def _architecture(settings: Settings) -> Iterator[Fault]:
    wanted = settings.application.architecture
    for index, instance_type in enumerate(settings.application.instance_types):
        found = architecture_of(instance_type)
        if found != wanted:
            yield Fault(
                f"application.instance_types[{index}]",
                f'"{instance_type}"',
                f"it is {found}, but application.architecture is {wanted}: change one of them",
                ("application.architecture",),
            )


def _health_check(settings: Settings) -> Iterator[Fault]:
    health = settings.application.health_check
    if health.timeout_seconds >= health.interval_seconds:
        key = "application.health_check"
        remedy = f"give less than {key}.interval_seconds, which is {health.interval_seconds}"
        involves = (f"{key}.interval_seconds",)
        yield Fault(f"{key}.timeout_seconds", health.timeout_seconds, remedy, involves)


def _scaling(settings: Settings) -> Iterator[Fault]:
    key = "monitoring.thresholds.instance_cpu_percent"
    alarm = settings.monitoring.thresholds.instance_cpu_percent
    aim = settings.application.scaling.cpu_percent
    if alarm <= aim:
        involved = "application.scaling.cpu_percent"
        remedy = f"give more than {involved}, which is {aim}: scaling aims at that"
        yield Fault(key, alarm, remedy, (involved,))


RULES = (
    _variables,
    _secrets,
    _processes,
    _idle_timeout,
    _port,
    _capacity,
    _architecture,
    _health_check,
    _scaling,
)
