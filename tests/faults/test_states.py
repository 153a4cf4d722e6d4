"""How the state bucket looks when AWS does not answer as it should."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.aws.states import Lock, RemoteState, States, digest
from automation.emulator import Emulator
from automation.errors import CommandError, UserError
from automation.rehearse.account import session
from config import load
from tests.automation.accounts import emulated
from tests.faults.proxy import Fault, Faulty, always, never, once

BUCKET = "dev-349081-tfstate-123456789012"
KEY = "dev-349081/network/terraform.tfstate"


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faulty]:
    folder = tmp_path_factory.mktemp("states")
    with emulated(folder) as account, Faulty(account.emulator, never, folder / "faulty") as started:
        yield started


@pytest.fixture(scope="module")
def states(faulty: Faulty) -> States:
    return States(session(faulty), load("dev"))


@pytest.fixture(autouse=True)
def good_day(faulty: Faulty) -> Iterator[None]:
    yield
    faulty.forwarder.rule = never


def test_the_bucket_is_there(states: States) -> None:
    states.check()


def test_a_bucket_that_is_not_ours(faulty: Faulty, states: States) -> None:
    faulty.forwarder.rule = always(Fault.DENIED, "s3", "HEAD /")
    with pytest.raises(UserError) as refusal:
        states.check()
    assert str(refusal.value) == (
        f"the state bucket {BUCKET} is not one of account 123456789012 in us-west-2, or the "
        "credentials may not use it: run `python -m automation bootstrap --env dev --status`. If "
        "app_id or account_id was changed, that is another platform: destroy the old one first, "
        "as it was"
    )


def test_no_bucket(emulator: Emulator, tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        States(session(emulator), load("dev")).check()
    assert str(refusal.value) == (
        f"there is no state bucket {BUCKET}: run `python -m automation bootstrap --env dev`. If "
        "app_id or account_id was changed, that is another platform: destroy the old one first, "
        "as it was"
    )
    assert tmp_path.exists()


def test_states_are_known_by_lineage_serial_and_digests(faulty: Faulty, states: States) -> None:
    assert states.read(KEY) is None
    assert states.lock(KEY) is None
    secret = {"value": "hunter2", "type": "string", "sensitive": True}
    several = {"value": ["a", "b"], "type": ["list", "string"]}
    outputs = {"secret": secret, "several": several}
    content = {"lineage": "a-b", "serial": 7, "outputs": outputs, "resources": []}
    s3 = faulty.client("s3")
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(content).encode())
    s3.put_object(Bucket=BUCKET, Key=f"{KEY}.tflock", Body=b'{"ID": "c-d", "Who": "alice"}')
    found = states.read(KEY)
    digests = {"secret": digest("hunter2"), "several": digest(["a", "b"])}
    assert found == RemoteState("a-b", 7, digests)
    assert "hunter2" not in str(found)
    assert states.lock(KEY) == Lock("c-d", "alice", "unknown", "unknown")


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.UNAVAILABLE, Fault.DROPPED])
def test_a_call_that_fails_is_made_again(faulty: Faulty, states: States, fault: Fault) -> None:
    faulty.forwarder.rule = once(fault, "s3", "GET /")
    assert states.read("absent") is None


def test_a_state_that_may_not_be_read_is_one_line(faulty: Faulty, states: States) -> None:
    faulty.forwarder.rule = always(Fault.DENIED, "s3", "GET /")
    with pytest.raises(CommandError, match=r"^access denied: .*GetObject"):
        states.read(KEY)
