"""Instance refreshes that fail, as they do in AWS when no new instance gets healthy.

AWS then goes back to what the group named when the refresh began, the broken release, and tries
that again and again.
https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
"""

from typing import Any

from moto.core.responses import ActionResult

from automation.emulator.extensions.refreshes import InstanceRefreshes, version_of
from tests.changes import boot

# In the user data of a release that does not start.
BROKEN = 'BROKEN="yes"'
_REASON = "Instance refresh failed as 1 instance failed its health check."


def install() -> None:
    """Have the refresh to a broken release fail; the instances that there are go on."""
    start = InstanceRefreshes.start_instance_refresh

    def start_or_fail(self: InstanceRefreshes) -> ActionResult:
        group = self.autoscaling_backend.autoscaling_groups[self.params["AutoScalingGroupName"]]
        template: Any = group.ec2_launch_template
        desired = self.params.get("DesiredConfiguration") or {}
        data = template.get_version(version_of(group, desired)).data
        if BROKEN not in boot.text(data.get("UserData", "")):
            return start(self)
        before = [vars(each).get("launched_from") for each in group.instance_states]
        self.params.pop("DesiredConfiguration", None)
        result = start(self)
        for state, launched_from in zip(group.instance_states, before, strict=True):
            vars(state)["launched_from"] = launched_from
        _take_back(result.result)
        return result

    InstanceRefreshes.start_instance_refresh = start_or_fail  # type: ignore[method-assign]


def _take_back(refresh: Any) -> None:
    refresh |= {
        "Status": "RollbackInProgress",
        "StatusReason": _REASON,
        "RollbackDetails": {"RollbackReason": _REASON, "PercentageCompleteOnRollback": 0},
    }
