"""Calls fail, and the end is the same."""

import boto3
import pytest

from automation.bootstrap import delete_stack
from config import Settings
from tests.automation.bootstrap import runs
from tests.automation.bootstrap.front import Front


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_one_call_in_five_may_fail(
    seed: int, aws: boto3.Session, settings: Settings, front: Front
) -> None:
    front.disturb(share=0.2, seed=seed)
    assert runs.run(front.session, settings).action == "created"
    assert runs.run(front.session, settings, github=runs.main_of()).action == "updated"
    assert runs.run(front.session, settings).action == "unchanged"
    client = aws.client("cloudformation")
    (stack,) = client.describe_stacks(StackName=runs.name(settings))["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert delete_stack(front.session, settings, pause=runs.PAUSE).action == "deleted"


@pytest.mark.parametrize("call", ["CreateStack", "CreateChangeSet", "ExecuteChangeSet"])
def test_a_call_whose_answer_was_lost_is_not_made_twice(
    call: str, aws: boto3.Session, settings: Settings, front: Front
) -> None:
    front.lose(call)
    runs.run(front.session, settings)
    runs.run(front.session, settings, github=runs.main_of())
    assert front.calls[call] == 2
    events = aws.client("cloudformation").describe_stack_events(StackName=runs.name(settings))
    begun = [
        event["ResourceStatus"]
        for event in events["StackEvents"]
        if event.get("ResourceStatusReason") == "User Initiated"
    ]
    assert begun == ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"]
