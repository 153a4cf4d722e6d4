"""Follows an instance refresh until it ends.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.aws.clients import Clients

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import InstanceRefreshTypeDef

# Seconds between two looks.
PAUSE = 10.0
_SUCCESSFUL = "Successful"
_ENDED = (_SUCCESSFUL, "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed")


@dataclass(frozen=True)
class Progress:
    """How far a refresh has come; `reason` is AWS's own word for what it waits for or died of."""

    id: str
    status: str
    percent: int
    reason: str

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self.status in _ENDED

    @property
    def ok(self) -> bool:
        """Whether all instances are of the new release."""
        return self.status == _SUCCESSFUL

    def __str__(self) -> str:
        """In a line."""
        reason = f": {self.reason}" if self.reason else ""
        return f"instance refresh: {self.status}, {self.percent} %{reason}"


class Refreshes:
    """The instance refreshes of a group."""

    def __init__(self, clients: Clients, group: str) -> None:
        self._clients = clients
        self._group = group

    def latest(self) -> Progress | None:
        """The refresh that was started last, if there was one."""
        answer = self._clients.autoscaling.describe_instance_refreshes(
            AutoScalingGroupName=self._group, MaxRecords=1
        )
        return next(map(_progress, answer["InstanceRefreshes"]), None)

    def follow(
        self,
        progress: Progress,
        tell: Callable[[Progress], None],
        *,
        pause: float = PAUSE,
    ) -> Progress:
        """Wait until a refresh has ended, and tell of every change."""
        tell(progress)
        while not progress.ended:
            time.sleep(pause)
            before, progress = progress, self._look(progress.id)
            if progress != before:
                tell(progress)
        return progress

    def _look(self, id_: str) -> Progress:
        answer = self._clients.autoscaling.describe_instance_refreshes(
            AutoScalingGroupName=self._group, InstanceRefreshIds=[id_]
        )
        (refresh,) = answer["InstanceRefreshes"]
        return _progress(refresh)


def _progress(refresh: "InstanceRefreshTypeDef") -> Progress:
    back = refresh.get("RollbackDetails", {})
    return Progress(
        refresh.get("InstanceRefreshId", ""),
        refresh.get("Status", ""),
        back.get("PercentageCompleteOnRollback", refresh.get("PercentageComplete", 0)),
        back.get("RollbackReason", "") or refresh.get("StatusReason", ""),
    )
