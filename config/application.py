"""Settings of the application tier."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.allowed import Form, Instead
from config.fields import Percent, Section, UrlPath
from config.instance_types import instance_type
from config.schedules import crontab, time_zone

# https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
InstanceType = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$", max_length=40),
    AfterValidator(instance_type),
    Form("an EC2 instance type", "m7g.large"),
]
# https://docs.aws.amazon.com/linux/al2023/release-notes/all-packages.html
PackageName = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$", max_length=100),
    Form("the name of an Amazon Linux 2023 package", "python3.11"),
]
VariableName = Annotated[
    str,
    Field(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=64),
    Form("an upper-case letter, then upper-case letters, digits and _", "FEATURE_X"),
]
# What CloudFront proves itself with: the header, and the secrets of which one after the other is
# sent, with the one before and the next one beside it.
ORIGIN_HEADER = "X-Origin-Verify"
ORIGIN_SECRETS = ("origin-0", "origin-1", "origin-2")


def _no_token(value: str) -> str:
    """What CDKTF would resolve: its marks for values that it does not know yet."""
    if "TfToken[" in value:
        raise ValueError("not TfToken[, which means something to CDKTF")
    return value


VariableValue = Annotated[
    str,
    # Without control characters and the line ends of Unicode.
    Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$", max_length=1024),
    AfterValidator(_no_token),
    Form("one line", "on"),
]
# Without the six characters that Secrets Manager appends, IAM would need a wildcard.
SecretArn = Annotated[
    str,
    Field(
        pattern=r"^arn:aws:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:"
        r"[A-Za-z0-9_/+=.@!-]+-[A-Za-z0-9]{6}$",
        max_length=600,
    ),
    Form(
        "the whole ARN of a secret in Secrets Manager, its last six characters too",
        "arn:aws:secretsmanager:us-west-2:123456789012:secret:api-key-a1B2c3",
    ),
]
ScheduleName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=32),
    Form("a lower-case letter, then lower-case letters, digits and -", "morning"),
]
Recurrence = Annotated[
    str,
    Field(max_length=100),
    AfterValidator(crontab),
    Form("five cron fields: minute, hour, day, month, day of the week", '"0 7 * * MON-FRI"'),
]
TimeZone = Annotated[
    str, Field(max_length=64), AfterValidator(time_zone), Form("an IANA time zone", "Etc/UTC")
]
# Letters, digits and what paths consist of; no control characters, and nothing to expand.
Directory = Annotated[
    str,
    Field(pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$", max_length=1024),
    Form("a path, as seen from the project's directory", "examples/guestbook"),
]
StaticDirectory = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", max_length=255),
    Form("a path inside the application's directory, of letters, digits, _, - and /", "static"),
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
        300, ge=0, le=7200, description="seconds that a new instance has to start"
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


class App(Section):
    """The web application itself: a directory with a Procfile (artifact/README.md)."""

    directory: Directory = Field(
        "examples/guestbook", description="the application's directory, inside the project or not"
    )
    packages: tuple[PackageName, ...] = Field(
        ("python3.11",),
        max_length=20,
        description="Amazon Linux 2023 packages that run it; a Python among them installs the "
        "wheels of its requirements.txt",
    )
    static_directory: StaticDirectory = Field(
        "static",
        description="the part of the directory that CloudFront serves; it need not be there "
        "unless it is named",
    )
    variables: dict[VariableName, VariableValue] = Field(
        default_factory=dict,
        max_length=50,
        description='plain settings as environment variables, such as { FEATURE_X = "on" }',
    )
    secrets: dict[VariableName, SecretArn] = Field(
        default_factory=dict,
        max_length=20,
        description="secret settings: environment variables, each with the ARN of the secret in "
        "Secrets Manager whose value the application gets",
    )
    release_seconds: int = Field(
        120,
        ge=1,
        le=3600,
        description="seconds that the release command of the Procfile may take",
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
