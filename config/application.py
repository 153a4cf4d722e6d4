"""Settings of the application tier."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.allowed import Form, Instead
from config.app import App, Recurrence, TimeZone
from config.fields import Percent, Section, UrlPath
from config.instance_types import instance_type

# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
InstanceType = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$", max_length=40),
    AfterValidator(instance_type),
    Form("an EC2 instance type", "m7g.large"),
]
# What CloudFront proves itself with: the header, and the secrets of which one after the other is
# sent, with the one before and the next one beside it.
ORIGIN_HEADER = "X-Origin-Verify"
ORIGIN_SECRETS = ("origin-0", "origin-1", "origin-2")
# The lifecycle hook that waits until a new instance serves.
LAUNCH_HOOK = "serving"
# Whose processes have roles of their own: the release command, and all other lines of the Procfile.
PROCESS_ROLES = ("web", "release")
# What the alarm that stops an instance refresh is about.
RELEASE_ERRORS = "release-errors"
# The log groups of instances, as `Naming.path` completes their names: each file of the folder has a
# stream in the first, each of the system's in the second.
APPLICATION_LOG_GROUP, SYSTEM_LOG_GROUP = "application/app", "application/system"
LOG_FOLDER = "/var/log/application"
SYSTEM_LOGS = ("/var/log/messages", "/var/log/cloud-init-output.log")


Image = Annotated[
    str,
    Field(pattern=r"^(latest|ami-[0-9a-f]{8,17})$"),
    Form("latest, or the id of an Amazon Linux 2023 image in the region", "ami-0123456789abcdef0"),
]
ScheduleName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=32),
    Form("a lower-case letter, then lower-case letters, digits and -", "morning"),
]


class Capacity(Section):
    """How many instances there are."""

    min_size: int = Field(3, ge=0, le=1000, description="fewest instances")
    max_size: int = Field(12, ge=1, le=1000, description="most instances")


class Schedule(Section):
    """A change of capacity at set times."""

    name: ScheduleName = Field(description="the scheduled action's name")
    recurrence: Recurrence = Field(description="when it changes")
    time_zone: TimeZone = Field("Etc/UTC", description="where it is that time")
    min_size: int = Field(ge=0, le=1000, description="fewest instances")
    max_size: int = Field(ge=0, le=1000, description="most instances")


class Purchase(Section):
    """How instances are bought: on demand, Spot, or a mixture."""

    on_demand_base: int = Field(0, ge=0, le=1000, description="instances that are always on demand")
    on_demand_percent: int = Field(
        100, ge=0, le=100, description="share of on-demand instances above the base, in percent"
    )


class HealthCheck(Section):
    """How the load balancer decides that an instance can serve."""

    path: UrlPath = Field("/healthz", description="what it asks for")
    interval_seconds: int = Field(15, ge=5, le=300, description="seconds between two checks")
    timeout_seconds: int = Field(
        5, ge=2, le=120, description="seconds to answer in, less than between two checks"
    )
    healthy_threshold: int = Field(
        2, ge=2, le=10, description="good checks until an instance serves"
    )
    unhealthy_threshold: int = Field(
        3, ge=2, le=10, description="failed checks until an instance is replaced"
    )
    grace_seconds: int = Field(
        60,
        ge=0,
        le=7200,
        description="seconds before the load balancer's checks count, once an instance serves",
    )


class InstanceRefresh(Section):
    """How another release takes over from the one before, and what stops it."""

    checkpoint_seconds: int = Field(
        600,
        ge=0,
        le=3600,
        description="seconds that the first instances of a release, a tenth of all or one, serve "
        "beside those before them, until these follow; 0 does not wait",
    )
    error_percent: float = Field(
        5.0,
        gt=0.0,
        # Where a tenth of the instances fail, a tenth of the answers do.
        le=9.0,
        description="share of the answers of all instances in five minutes that are server "
        "errors, in percent, above which a release is stopped",
    )
    watched: bool = Field(
        True,
        description="whether server errors stop a release; `release` does without while they are "
        "many already",
    )


class Scaling(Section):
    """What target tracking aims at."""

    cpu_percent: Percent = Field(60, description="use of the processors, in percent")
    requests_per_instance: int = Field(
        1000, ge=1, le=1_000_000, description="requests per instance and minute"
    )
    warmup_seconds: int = Field(
        180, ge=0, le=3600, description="seconds until a new instance counts"
    )


Where = Literal["public", "private"]
LoadBalancerScheme = Annotated[
    Where,
    Instead(
        {
            "internet-facing": 'write "public", for what AWS calls internet-facing',
            "internal": 'write "private", for what AWS calls internal',
        }
    ),
]


class Application(Section):
    """The instances that run the web application, and the load balancer before them."""

    app: App = App()
    architecture: Literal["arm64", "x86_64"] = Field(
        "arm64", description="the processors of the instances"
    )
    instance_types: tuple[InstanceType, ...] = Field(
        ("m7g.large",),
        min_length=1,
        max_length=20,
        description="one EC2 instance type, or several in order of preference",
    )
    image: Image = Field(
        "latest",
        description="what instances start from: AWS's latest Amazon Linux 2023 whenever something "
        "is deployed, or one of your choice, made in 2025 or later; `rollback` takes that of the "
        "release it goes back to",
    )
    port: int = Field(8080, ge=1024, le=65535, description="port that the application listens on")
    root_volume_gib: int = Field(20, ge=8, le=16384, description="GiB of an instance's volume")
    capacity: Capacity = Capacity()
    purchase: Purchase = Purchase()
    scaling: Scaling = Scaling()
    schedules: tuple[Schedule, ...] = Field(
        (),
        max_length=50,
        description="capacity at set times, as [[application.schedules]]; the group's bounds "
        "follow them once it exists",
    )
    health_check: HealthCheck = HealthCheck()
    instance_refresh: InstanceRefresh = InstanceRefresh()
    deregistration_seconds: int = Field(
        30, ge=0, le=3600, description="seconds that open requests have to finish"
    )
    idle_timeout_seconds: int = Field(
        60, ge=1, le=4000, description="seconds that an idle connection stays open"
    )
    load_balancer: LoadBalancerScheme = Field(
        "public",
        description="where the load balancer is: in public subnets, or in private ones, which "
        "CloudFront reaches through a VPC origin (no gRPC; WebSockets only since May 2026)",
    )
    both_load_balancers: bool = Field(
        False,
        description="whether the other load balancer is there as well, so that the site is served "
        "while one takes over from the other (docs/production.md)",
    )
    origin_secret_version: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="raise it by one for a new secret between CloudFront and the load balancer, "
        "as rotate does; the one before stays good until it is raised again",
    )
