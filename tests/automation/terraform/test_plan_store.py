from pathlib import Path

import pytest

from automation.aws.states import RemoteState
from automation.errors import UserError
from automation.terraform.plan_store import PlanStore, StoredPlan, unapproved
from automation.terraform.progress import Intended
from automation.terraform.runner import Operation, Step
from automation.terraform.stacks import Stack

ACCOUNT = "123456789012"
STATE = RemoteState("lineage", 4, {})


def step(**intended: str) -> Step:
    events = tuple(Intended(f"aws_x.{name}", action) for name, action in intended.items())
    return Step(Operation.PLAN, 2 if events else 0, 1, events)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    file = tmp_path / "cdk.tf.json"
    file.write_text("{}")
    return Stack("network", file)


def plan(stack: Stack, **intended: str) -> StoredPlan:
    return StoredPlan.of(
        stack,
        step(**intended),
        account=ACCOUNT,
        terraform="1.11.4",
        state=STATE,
        inputs={"security.arn": "digest"},
    )


def test_a_saved_plan_comes_back_as_it_was_and_is_private(tmp_path: Path, stack: Stack) -> None:
    made, file = plan(stack, a="create", b="replace"), tmp_path / "made"
    file.write_bytes(b"plan")
    folder = PlanStore(tmp_path / "plans")
    folder.save([made], {"network": file}, lock="a lock")
    assert folder.load() == {"network": made}
    folder.restore("network", to=tmp_path / "restored")
    assert (tmp_path / "restored").read_bytes() == b"plan"
    assert (tmp_path / "plans").stat().st_mode & 0o777 == 0o700
    modes = {each.stat().st_mode & 0o777 for each in (tmp_path / "plans").iterdir()}
    assert modes == {0o600}
    folder.save([], {}, lock="another")
    assert [each.name for each in (tmp_path / "plans").iterdir()] == [".terraform.lock.hcl"]


def test_plans_have_the_lock_file_that_they_were_made_with(tmp_path: Path, stack: Stack) -> None:
    file = tmp_path / "made"
    file.write_bytes(b"plan")
    folder = PlanStore(tmp_path / "plans")
    folder.save([plan(stack, a="create")], {"network": file}, lock="a lock")
    assert folder.lock_for("1.11.4") == "a lock"
    with pytest.raises(UserError) as refusal:
        folder.lock_for("1.12.0")
    assert str(refusal.value) == (
        f"{tmp_path / 'plans'} has plans of Terraform 1.11.4, and this is 1.12.0: install that "
        "one, or make them again with `plan --out`"
    )
    lock = tmp_path / "plans" / ".terraform.lock.hcl"
    lock.unlink()
    with pytest.raises(UserError) as refusal:
        folder.lock_for("1.11.4")
    assert str(refusal.value) == f"{lock} is missing: make it again with `plan --out`"


def test_a_folder_without_plans_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError) as refusal:
        PlanStore(tmp_path / "none").load()
    assert str(refusal.value) == (
        f"{tmp_path / 'none'} has no saved plans: make them with `plan --out`"
    )
    (tmp_path / "network.plan.json").write_text("{}")
    with pytest.raises(UserError) as refusal:
        PlanStore(tmp_path).load()
    assert str(refusal.value) == (
        f"{tmp_path / 'network.plan.json'} is no saved plan: make it again with `plan --out`"
    )


def test_a_plan_is_outdated_once_anything_that_it_was_made_from_changes(stack: Stack) -> None:
    made = plan(stack, a="create")
    assert made.staleness(stack, STATE, ACCOUNT) == ""
    changed = "the state has changed since (serial 4, now 5)"
    assert made.staleness(stack, RemoteState("lineage", 5, {}), ACCOUNT) == changed
    other = "the state has changed since (serial 4, now 4)"
    assert made.staleness(stack, RemoteState("another", 4, {}), ACCOUNT) == other
    assert made.staleness(stack, None, ACCOUNT).endswith("(serial 4, now 0)")
    assert made.staleness(stack, STATE, "210987654321") == f"it was made for account {ACCOUNT}"
    stack.file.write_text('{"changed": true}')
    assert made.staleness(stack, STATE, ACCOUNT) == "the stack is synthesized differently now"


def test_what_follows_from_an_upstream_may_change_but_not_destroy(stack: Stack) -> None:
    shown = plan(stack, a="update", b="replace")
    assert unapproved(step(a="update", c="create", b="delete"), shown, every=False) == ""
    assert unapproved(step(a="replace", c="delete"), shown, every=False) == (
        "a new plan destroys aws_x.a, aws_x.c, which nobody was shown"
    )
    assert unapproved(step(a="delete"), None, every=False) == (
        "a new plan destroys aws_x.a, which nobody was shown"
    )
    assert unapproved(step(a="create"), None, every=False) == ""


def test_what_is_left_of_a_reviewed_plan_may_be_less_but_nothing_more(stack: Stack) -> None:
    reviewed = plan(stack, a="create", b="replace")
    assert unapproved(step(b="create"), reviewed, every=True) == ""
    assert unapproved(step(b="create", c="create"), reviewed, every=True) == (
        "a new plan touches aws_x.c, which nobody reviewed"
    )
