"""`exec` with a command: run on an instance by Systems Manager, with its exit code."""

from types import SimpleNamespace
from typing import Any

import pytest

from automation.errors import INTERRUPTED, CommandError, UserError
from automation.operate import choose
from automation.operate.command import execute
from tests.automation.operate.platform import Platform


def test_a_command_is_sent_to_the_instance_that_runs_longest(platform: Platform) -> None:
    """Nobody runs it in the emulated account, which answers at once and with nothing."""
    platform.instances()
    chosen = choose(platform.clients, platform.settings, None)
    assert execute(platform.operator, None, ["df", "-h", "/var log"]) == 0
    (sent,) = platform.clients.ssm.list_commands(InstanceId=chosen.id)["Commands"]
    assert sent["DocumentName"] == "AWS-RunShellScript"
    assert sent["Parameters"]["commands"] == ["df -h '/var log'"]
    assert platform.told.startswith(f"on {chosen.id} (InService, healthy, since 20")


def test_a_single_word_is_a_line_of_the_shell(platform: Platform) -> None:
    (only,) = platform.instances(1)
    assert execute(platform.operator, only, ["ps aux | grep web"]) == 0
    (sent,) = platform.clients.ssm.list_commands(InstanceId=only)["Commands"]
    assert sent["Parameters"]["commands"] == ["ps aux | grep web"]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> list[str]:
    """Have Systems Manager give these answers; the commands that were cancelled."""
    left, cancelled = list(answers), list[str]()

    def invocation(**_: Any) -> Any:
        answer = left.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return {"StandardOutputContent": "", "StandardErrorContent": "", **answer}

    ssm = SimpleNamespace(
        exceptions=SimpleNamespace(InvocationDoesNotExist=LookupError),
        send_command=lambda **_: {"Command": {"CommandId": "1"}},
        get_command_invocation=invocation,
        cancel_command=lambda CommandId, InstanceIds: cancelled.append(  # noqa: N803
            f"{CommandId} on {InstanceIds[0]}"
        ),
    )
    monkeypatch.setattr("automation.aws.clients.Clients.ssm", ssm)
    return cancelled


def test_output_and_exit_code_are_those_of_the_command(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    platform.instances(1)
    failed = {
        "Status": "Failed",
        "StatusDetails": "Failed",
        "ResponseCode": 7,
        "StandardOutputContent": "half\n",
        "StandardErrorContent": "no more\n",
    }
    answering(monkeypatch, LookupError(), {"Status": "InProgress"}, failed)
    assert execute(platform.operator, None, ["false"]) == 7
    output = capfd.readouterr()
    assert (output.out, output.err) == ("half\n", "no more\n")
    assert len(platform.paused) == 2


def test_a_long_output_is_said_to_be_cut_off(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.instances(1)
    done = {"Status": "Success", "StatusDetails": "Success", "ResponseCode": 0}
    answering(monkeypatch, {**done, "StandardOutputContent": "ä" * 12_000})
    assert execute(platform.operator, None, ["yes"]) == 0
    assert "the output is cut off: Systems Manager keeps 24,000 bytes" in platform.told


def test_a_command_that_never_ran_has_no_exit_code(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    (only,) = platform.instances(1)
    late = {"Status": "TimedOut", "StatusDetails": "Delivery Timed Out", "ResponseCode": -1}
    answering(monkeypatch, late)
    with pytest.raises(CommandError) as failure:
        execute(platform.operator, None, ["true"])
    assert str(failure.value) == f"the command on {only}: Delivery Timed Out"


def test_ctrl_c_has_the_command_end(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    (only,) = platform.instances(1)
    cancelled = answering(monkeypatch, {"Status": "InProgress"}, KeyboardInterrupt())
    assert execute(platform.operator, None, ["sleep 999"]) == INTERRUPTED
    assert cancelled == [f"1 on {only}"]
    assert "interrupted: the command was told to end" in platform.told


def test_another_instance_than_those_of_the_group_is_refused(platform: Platform) -> None:
    one, other = platform.instances()
    with pytest.raises(UserError) as refusal:
        execute(platform.operator, "i-0123456789abcdef0", ["true"])
    said = str(refusal.value)
    name = platform.settings.naming.name("application")
    assert said.startswith(f'--instance: received "i-0123456789abcdef0"; {name} has ')
    assert one in said
    assert other in said


def test_where_none_is_healthy_they_are_listed_and_one_may_be_named(platform: Platform) -> None:
    (only,) = platform.instances(1)
    platform.clients.autoscaling.set_instance_health(InstanceId=only, HealthStatus="Unhealthy")
    with pytest.raises(UserError) as refusal:
        execute(platform.operator, None, ["true"])
    name = platform.settings.naming.name("application")
    assert str(refusal.value).startswith(
        f"{name} has no healthy instance in service: name one by --instance, of "
        f"{only} (InService, unhealthy, since "
    )
    assert execute(platform.operator, only, ["true"]) == 0


def test_without_instances_there_is_nothing_to_run_on(platform: Platform) -> None:
    with pytest.raises(UserError) as refusal:
        execute(platform.operator, None, ["true"])
    name = platform.settings.naming.name("application")
    assert str(refusal.value) == (
        f"{name} has no instances: run `python -m automation deploy --env dev`"
    )
