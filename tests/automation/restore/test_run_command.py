"""An instance is told to ask, by Systems Manager."""

import base64
import re
from types import SimpleNamespace
from typing import Any

import pytest

from automation.errors import CommandError
from automation.restore import Clock
from automation.restore.copy import AUTHORITIES, RunCommand, command
from modules.application.app_environment import CURRENT
from tests.automation.restore.platform import Platform, Time, now

JOB: dict[str, Any] = {
    "host": "copy.example.com",
    "secret": "arn:aws:secretsmanager:us-west-2:123456789012:secret:prod-349081-drill-1-AbCdEf",
    "region": "us-west-2",
    "questions": [{"name": "it", "sql": "SELECT 'it''s'"}],
}


def test_a_command_is_sent_to_the_instance(platform: Platform) -> None:
    """Nobody runs it in the emulated account, which answers at once and with nothing."""
    instance = platform.clients.autoscaling.describe_auto_scaling_groups(
        AutoScalingGroupNames=[platform.name("application")]
    )["AutoScalingGroups"][0]["Instances"][0]["InstanceId"]
    RunCommand(platform.clients, Time(now()).clock)(instance, JOB)
    sent = platform.clients.ssm.list_commands(InstanceId=instance)["Commands"][-1]
    assert (sent["DocumentName"], sent["Parameters"]["commands"]) == (
        "AWS-RunShellScript",
        [command(JOB)],
    )


def test_the_line_names_the_secret_and_not_what_is_in_it() -> None:
    line = command(JOB)
    assert line.startswith(
        "aws secretsmanager get-secret-value --region us-west-2 --secret-id arn:aws:secretsmanager"
    )
    script, job = (
        base64.b64decode(each).decode() for each in re.findall(r"echo ([A-Za-z0-9+/=]+) \|", line)
    )
    assert "START TRANSACTION READ ONLY" in script
    assert "SELECT 'it''s'" in job
    assert "secretsmanager" not in job


def test_the_authorities_are_where_a_release_has_them() -> None:
    assert f"{CURRENT}/rds-ca.pem" == AUTHORITIES


class Answers:
    """Systems Manager, whose answers a test gives."""

    class exceptions:  # noqa: N801
        InvocationDoesNotExist = LookupError

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    def send_command(self, **_: Any) -> dict[str, Any]:
        return {"Command": {"CommandId": "1"}}

    def get_command_invocation(self, **_: Any) -> Any:
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"StandardOutputContent": "", "StandardErrorContent": "", **answer}


def run(*answers: Any, limit: float = 3600) -> str:
    time = Time(now())
    clock = Clock(now=time.clock.now, pause=time.clock.pause, limit=limit)
    clients: Any = SimpleNamespace(ssm=Answers(*answers))
    return RunCommand(clients, clock)("i-1", JOB)


def test_what_the_instance_printed_is_waited_for() -> None:
    done = {"Status": "Success", "StatusDetails": "Success", "StandardOutputContent": "{}"}
    assert run(LookupError(), {"Status": "Pending"}, {"Status": "InProgress"}, done) == "{}"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (
            [{"Status": "Failed", "StatusDetails": "Failed", "StandardErrorContent": "aws: no\n"}],
            "the command on i-1: Failed: aws: no",
        ),
        (
            [{"Status": "TimedOut", "StatusDetails": "Delivery Timed Out"}],
            "the command on i-1: Delivery Timed Out: ",
        ),
        ([LookupError()] * 9, "the command on i-1 takes longer than 0.02 hours"),
    ],
)
def test_a_command_that_fails_is_told(answers: list[Any], said: str) -> None:
    limit = 72.0
    with pytest.raises(CommandError) as failure:
        run(*answers, limit=limit)
    assert str(failure.value) == said
