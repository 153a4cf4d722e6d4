"""Instances of the application as an operator chooses them, and shell commands on them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from automation.aws.clients import Clients
from automation.checks.configuration.instances import serves
from automation.errors import UserError
from config import Settings

if TYPE_CHECKING:
    from types_boto3_ssm.client import SSMClient

_SHELL = "AWS-RunShellScript"
# https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html
_ENDED = ("Success", "Cancelled", "TimedOut", "Failed")
# What the service keeps of an output; the rest is lost.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html
_MOST_OUTPUT, _MOST_ERRORS = 24_000, 8_000


@dataclass(frozen=True, kw_only=True)
class ApplicationInstance:
    """An instance of the application's group."""

    id: str
    state: str
    """Auto Scaling's own word for where it is in its life."""
    healthy: bool
    serving: bool
    launched: datetime

    def __str__(self) -> str:
        health = "healthy" if self.healthy else "unhealthy"
        since = f"{self.launched.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        return f"{self.id} ({self.state}, {health}, since {since})"


def instances(clients: Clients, settings: Settings) -> list[ApplicationInstance]:
    """All of the group, those that run longest first."""
    name = settings.naming.name("application")
    answer = clients.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    members = {
        each["InstanceId"]: each
        for group in answer["AutoScalingGroups"]
        for each in group.get("Instances", [])
    }
    if not members:
        return []
    pages = clients.ec2.get_paginator("describe_instances").paginate(InstanceIds=list(members))
    launched = {
        each["InstanceId"]: each["LaunchTime"]
        for page in pages
        for reservation in page["Reservations"]
        for each in reservation.get("Instances", [])
    }
    found = [
        ApplicationInstance(
            id=id_,
            state=member["LifecycleState"],
            healthy=member["HealthStatus"].lower() == "healthy",
            serving=serves(member),
            launched=launched[id_],
        )
        for id_, member in members.items()
        if id_ in launched
    ]
    return sorted(found, key=lambda each: (each.launched, each.id))


def choose(clients: Clients, settings: Settings, wanted: str | None) -> ApplicationInstance:
    """The one that is wanted, or else the one in service that runs longest.

    Raises `UserError` with all that there are.
    """
    found, name = instances(clients, settings), settings.naming.name("application")
    if not found:
        raise UserError(
            f"{name} has no instances: run "
            f"`python -m automation deploy --env {settings.environment}`"
        )
    all_of_them = ", ".join(map(str, found))
    if wanted is not None:
        chosen = next((each for each in found if each.id == wanted), None)
        if chosen is None:
            raise UserError(f'--instance: received "{wanted}"; {name} has {all_of_them}')
        return chosen
    chosen = next((each for each in found if each.serving), None)
    if chosen is None:
        raise UserError(
            f"{name} has no healthy instance in service: name one by --instance, of {all_of_them}"
        )
    return chosen


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """What came of a command on an instance."""

    details: str
    """The service's own word, such as "Success" or "Delivery Timed Out"."""
    code: int
    """The exit code of one that ran to its end."""
    output: str
    errors: str

    @property
    def ok(self) -> bool:
        """Whether it ended with 0."""
        return self.details == "Success"

    @property
    def ran(self) -> bool:
        """Whether it ran to its end, well or not."""
        return self.details in ("Success", "Failed") and self.code >= 0

    @property
    def cut_off(self) -> bool:
        """Whether it printed more than the service keeps."""
        lengths = [len(each.encode()) for each in (self.output, self.errors)]
        return lengths[0] >= _MOST_OUTPUT or lengths[1] >= _MOST_ERRORS


@dataclass(frozen=True)
class RemoteCommand:
    """A line that an instance's shell runs as root, by Run Command.

    The account keeps the line, and what it printed, for 30 days: no secret belongs in it.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html
    """

    ssm: "SSMClient"
    instance: str
    id: str

    @classmethod
    def send(
        cls, ssm: "SSMClient", instance: str, line: str, *, comment: str, seconds: int
    ) -> Self:
        """Have it start within `seconds`, and end within as many."""
        sent = ssm.send_command(
            InstanceIds=[instance],
            DocumentName=_SHELL,
            Comment=comment,
            TimeoutSeconds=seconds,
            Parameters={"commands": [line], "executionTimeout": [str(seconds)]},
        )["Command"]
        return cls(ssm, instance, sent.get("CommandId", ""))

    def wait(self, looks: Iterator[None]) -> CommandResult:
        """What came of it, asked for at each look; `looks` ends by raising."""
        for _ in looks:
            try:
                found = self.ssm.get_command_invocation(CommandId=self.id, InstanceId=self.instance)
            except self.ssm.exceptions.InvocationDoesNotExist:
                # It takes seconds until the instance has heard of it.
                continue
            if found["Status"] in _ENDED:
                break
        return CommandResult(
            details=found["StatusDetails"],
            code=found.get("ResponseCode", -1),
            output=found["StandardOutputContent"],
            errors=found["StandardErrorContent"],
        )

    def cancel(self) -> None:
        """Ask that it be ended; what it has done stays done."""
        self.ssm.cancel_command(CommandId=self.id, InstanceIds=[self.instance])
