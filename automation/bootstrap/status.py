"""What each status of a CloudFormation stack means to who wants to create or update it."""

from enum import Enum

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
_USABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}
_USELESS = {
    "CREATE_FAILED",
    "DELETE_FAILED",
    "IMPORT_ROLLBACK_FAILED",
    "REVIEW_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
}


class Rest(Enum):
    """Where a stack is, and so what has to come next."""

    ABSENT = "create it"
    USABLE = "update it"
    BUSY = "wait for it"
    STUCK = "continue its rollback"
    USELESS = "delete it and create it again"


def rest_of(status: str | None) -> Rest:
    """What comes next for a status; None is a stack that does not exist."""
    if status is None or status == "DELETE_COMPLETE":
        return Rest.ABSENT
    if status in _USABLE:
        return Rest.USABLE
    if status in _USELESS:
        return Rest.USELESS
    if status == "UPDATE_ROLLBACK_FAILED":
        return Rest.STUCK
    # Also any that AWS may add: to wait does no harm.
    return Rest.BUSY
