"""Settings of the web application itself, and how long an instance takes to bring it up."""

from typing import Annotated

from pydantic import AfterValidator, Field

from config.allowed import Form
from config.fields import Section
from config.permissions import Permission
from config.schedules import Crontab, crontab, time_zone

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
# What an instance takes before the release: packages, the agent and the archive, asked for again
# and again.
_PREPARATION_SECONDS = 900
# After which another instance takes a release over that does not end.
_OVERDUE_SECONDS = 60


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


Recurrence = Annotated[
    str,
    Field(max_length=100),
    AfterValidator(crontab),
    Form("five cron fields: minute, hour, day, month, day of the week", '"0 7 * * MON-FRI"'),
]
TimeZone = Annotated[
    str, Field(max_length=64), AfterValidator(time_zone), Form("an IANA time zone", "Etc/UTC")
]
# What lines of the Procfile mean by themselves, and logs that an instance has beside theirs.
_TAKEN = ("boot", "cloud-init-output", "credentials", "messages", "release", "web")


def _free(name: str) -> str:
    if name in _TAKEN:
        raise ValueError(f"not {', '.join(_TAKEN)}, which have a meaning of their own")
    return name


ProcessName = Annotated[
    str,
    Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=32),
    AfterValidator(_free),
    Form("a lower-case letter, then lower-case letters, digits and -", "worker"),
]


class Process(Section):
    """A line of the Procfile beside `web`, run on each instance, or at set times on one."""

    name: ProcessName = Field(description="what the line begins with")
    schedule: Recurrence | None = Field(
        None,
        description="when it is run, once over all instances; when absent, it runs all the time "
        "on each",
    )
    time_zone: TimeZone = Field("Etc/UTC", description="where it is that time")
    stop_seconds: int = Field(
        40, ge=1, le=120, description="seconds that it has to end after SIGTERM"
    )

    @property
    def calendar(self) -> tuple[str, ...]:
        """Its schedule as calendar events of systemd's; none for what runs all the time."""
        return Crontab(self.schedule).calendar(self.time_zone) if self.schedule else ()


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
    processes: tuple[Process, ...] = Field(
        (),
        max_length=10,
        description="lines of the Procfile beside `web` and `release`, each as "
        "[[application.app.processes]]",
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
    permissions: tuple[Permission, ...] = Field(
        (),
        max_length=20,
        description="what the application may ask AWS for beyond the contract, as "
        "[[application.app.permissions]]",
    )
    ready_seconds: int = Field(
        120,
        ge=5,
        le=300,
        description="seconds that the application has from its start until it answers /readyz, "
        "and then the path that the load balancer asks for, with 200",
    )
    release_seconds: int = Field(
        120,
        ge=1,
        le=1500,
        description="seconds that the release command of the Procfile may take",
    )

    @property
    def process_names(self) -> tuple[str, ...]:
        """What the lines of the Procfile beside `web` and `release` begin with."""
        return tuple(each.name for each in self.processes)

    @property
    def wait_seconds(self) -> int:
        """What an instance waits for others to release: for two that are ended amid it, and one."""
        return 3 * (self.release_seconds + _OVERDUE_SECONDS)

    @property
    def launch_seconds(self) -> int:
        """What an instance takes at most until it serves; a lifecycle hook has 7,200 seconds.

        It is asked four times whether it is ready: on two ports, for two paths.
        """
        return _PREPARATION_SECONDS + self.wait_seconds + 4 * self.ready_seconds
