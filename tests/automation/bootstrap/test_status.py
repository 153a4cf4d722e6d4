import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.bootstrap.lifecycle import StackPhase, rest_of

MODEL = botocore.session.get_session().get_service_model("cloudformation")
STATUSES = MODEL.shape_for("StackStatus").enum  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_ends_in_progress_is_waited_for(status: str) -> None:
    waits = status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
    assert (rest_of(status) is StackPhase.BUSY) == waits


@pytest.mark.parametrize(
    ("status", "rest"),
    [
        (None, StackPhase.ABSENT),
        ("DELETE_COMPLETE", StackPhase.ABSENT),
        ("REVIEW_IN_PROGRESS", StackPhase.USELESS),
        ("ROLLBACK_COMPLETE", StackPhase.USELESS),
        ("ROLLBACK_FAILED", StackPhase.USELESS),
        ("DELETE_FAILED", StackPhase.USELESS),
        ("UPDATE_ROLLBACK_FAILED", StackPhase.STUCK),
        ("UPDATE_ROLLBACK_COMPLETE", StackPhase.USABLE),
    ],
)
def test_what_comes_next(status: str | None, rest: StackPhase) -> None:
    assert rest_of(status) is rest


@given(st.text())
def test_a_stack_is_never_deleted_for_a_status_that_is_new(status: str) -> None:
    assert rest_of(f"{status}_NEW") is StackPhase.BUSY
