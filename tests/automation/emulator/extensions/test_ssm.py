import pytest

from automation.emulator import Emulator
from tests.automation.emulator.calls import refused

TUNNEL = "AWS-StartPortForwardingSessionToRemoteHost"


@pytest.fixture(scope="module")
def instance(emulator: Emulator) -> str:
    made = emulator.client("ec2").run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    return str(made["Instances"][0]["InstanceId"])


def test_a_session_is_connected_until_it_is_terminated(emulator: Emulator, instance: str) -> None:
    ssm = emulator.client("ssm")
    started = ssm.start_session(Target=instance)
    assert started["TokenValue"]
    assert started["StreamUrl"].startswith("wss://ssmmessages.us-west-2.amazonaws.com/")
    id_ = started["SessionId"]
    (active,) = ssm.describe_sessions(State="Active")["Sessions"]
    assert (active["SessionId"], active["Target"]) == (id_, instance)
    assert ssm.terminate_session(SessionId=id_)["SessionId"] == id_
    assert ssm.describe_sessions(State="Active")["Sessions"] == []
    (ended,) = ssm.describe_sessions(State="History")["Sessions"]
    assert ended["Status"] == "Terminated"


def test_a_session_needs_an_instance_that_runs(emulator: Emulator) -> None:
    ssm = emulator.client("ssm")
    assert refused(ssm.start_session, Target="i-0123456789abcdef0") == "TargetNotConnected"


def test_a_session_needs_a_document_that_is_there(emulator: Emulator, instance: str) -> None:
    ssm = emulator.client("ssm")
    given = {"Target": instance, "DocumentName": "AWS-StartSomething"}
    assert refused(ssm.start_session, **given) == "InvalidDocument"


def test_a_tunnel_needs_to_know_where_to(emulator: Emulator, instance: str) -> None:
    ssm = emulator.client("ssm")
    given = {"Target": instance, "DocumentName": TUNNEL}
    assert refused(ssm.start_session, **given) == "InvalidParameters"
    to = {"host": ["database.example.com"], "portNumber": ["3306"]}
    assert ssm.start_session(**given, Parameters=to)["SessionId"]


def test_a_command_needs_an_instance_that_runs(emulator: Emulator, instance: str) -> None:
    ssm = emulator.client("ssm")
    given = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
    gone = ["i-0123456789abcdef0"]
    assert refused(ssm.send_command, InstanceIds=gone, **given) == "InvalidInstanceId"
    sent = ssm.send_command(InstanceIds=[instance], **given)["Command"]["CommandId"]
    assert ssm.get_command_invocation(CommandId=sent, InstanceId=instance)["ResponseCode"] == 0
    assert ssm.cancel_command(CommandId=sent)["ResponseMetadata"]["HTTPStatusCode"] == 200
    absent = "00000000-0000-0000-0000-000000000000"
    assert refused(ssm.cancel_command, CommandId=absent) == "InvalidCommandId"
