"""Settings of the application tier."""

from typing import Annotated, Literal

from pydantic import Field

from config.fields import Percent, Section, UrlPath

InstanceType = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9]+$",
        description="an EC2 instance type, such as m7g.large",
    ),
]

# https://docs.aws.amazon.com/linux/al2023/release-notes/all-packages.html
PackageName = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$",
        description="the name of an Amazon Linux 2023 package, such as python3.11 or nodejs22",
    ),
]
VariableName = Annotated[
    str,
    Field(
        pattern=r"^[A-Z][A-Z0-9_]{0,63}$",
        description="an upper-case letter, then upper-case letters, digits and _, at most 64",
    ),
]
VariableValue = Annotated[
    str,
    Field(
        pattern=r"^[^\x00-\x1f\x7f]*$",
        max_length=1024,
        description="one line of at most 1024 characters",
    ),
]
# Without the six characters that Secrets Manager appends, IAM would need a wildcard.
SecretArn = Annotated[
    str,
    Field(
        pattern=r"^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@!-]+-[A-Za-z0-9]{6}$",
        description="the whole ARN of a secret in Secrets Manager, its last six characters too",
    ),
]


class Capacity(Section):
    """How many instances there are."""

    min_size: int = Field(3, ge=0, le=1000, description="fewest instances, 0 to 1000")
    max_size: int = Field(12, ge=1, le=1000, description="most instances, 1 to 1000")


class Schedule(Section):
    """A change of capacity at set times."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,31}$",
        description="lower-case letters, digits and -, at most 32",
    )
    recurrence: str = Field(
        pattern=r"^(\S+ ){4}\S+$", description='five cron fields, such as "0 7 * * MON-FRI"'
    )
    time_zone: str = Field(
        "Etc/UTC",
        pattern=r"^[A-Za-z_]+(/[A-Za-z_+-]+)*$",
        description="an IANA zone, such as Etc/UTC",
    )
    min_size: int = Field(ge=0, le=1000, description="fewest instances, 0 to 1000")
    max_size: int = Field(ge=0, le=1000, description="most instances, 0 to 1000")


class Purchase(Section):
    """How instances are bought: on demand, Spot, or a mixture."""

    on_demand_base: int = Field(
        0, ge=0, le=1000, description="instances that are always on demand, 0 to 1000"
    )
    on_demand_percent: int = Field(
        100, ge=0, le=100, description="share of on-demand instances above the base, 0 to 100"
    )


class HealthCheck(Section):
    """How the load balancer decides that an instance can serve."""

    path: UrlPath = "/healthz"
    interval_seconds: int = Field(15, ge=5, le=300, description="seconds, 5 to 300")
    timeout_seconds: int = Field(5, ge=2, le=120, description="seconds, 2 to 120")
    healthy_threshold: int = Field(2, ge=2, le=10, description="checks, 2 to 10")
    unhealthy_threshold: int = Field(3, ge=2, le=10, description="checks, 2 to 10")
    grace_seconds: int = Field(
        300, ge=0, le=7200, description="seconds that a new instance has to start, 0 to 7200"
    )


class Scaling(Section):
    """What target tracking aims at."""

    cpu_percent: Percent = 60
    requests_per_instance: int = Field(
        1000, ge=1, description="requests per instance and minute, from 1"
    )
    warmup_seconds: int = Field(
        180, ge=0, le=3600, description="seconds until a new instance counts, 0 to 3600"
    )


class App(Section):
    """The web application itself: a directory with a Procfile (artifact/README.md)."""

    directory: str = Field(
        "examples/guestbook",
        min_length=1,
        description="the application's directory, as seen from the project's",
    )
    packages: tuple[PackageName, ...] = Field(
        ("python3.11",),
        max_length=20,
        description="Amazon Linux 2023 packages that run it; a Python among them installs the "
        "wheels of its requirements.txt",
    )
    static_directory: str = Field(
        "static",
        pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$",
        description="the part of the directory that CloudFront serves, such as static",
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
        description="seconds that the release command of the Procfile may take, 1 to 3600",
    )


class Application(Section):
    """The instances that run the web application, and the load balancer before them."""

    app: App = App()
    architecture: Literal["arm64", "x86_64"] = Field("arm64", description='"arm64" or "x86_64"')
    instance_types: tuple[InstanceType, ...] = Field(
        ("m7g.large",),
        min_length=1,
        max_length=20,
        description="one EC2 instance type, or several in order of preference",
    )
    port: int = Field(
        8080, ge=1024, le=65535, description="port that the application listens on, 1024 to 65535"
    )
    root_volume_gib: int = Field(20, ge=8, le=16384, description="GiB, 8 to 16384")
    capacity: Capacity = Capacity()
    purchase: Purchase = Purchase()
    scaling: Scaling = Scaling()
    schedules: tuple[Schedule, ...] = Field(
        (),
        description="capacity at set times, as [[application.schedules]] with name, recurrence, "
        "time_zone, min_size and max_size; the group's bounds follow them once it exists",
    )
    health_check: HealthCheck = HealthCheck()
    deregistration_seconds: int = Field(
        30, ge=0, le=3600, description="seconds that open requests have to finish, 0 to 3600"
    )
    idle_timeout_seconds: int = Field(
        60, ge=1, le=4000, description="seconds that an idle connection stays open, 1 to 4000"
    )
    origin_secret_version: int = Field(
        1,
        ge=1,
        description="raise it for a new secret between CloudFront and the load balancer; "
        "the one before stays good until it is raised again",
    )
