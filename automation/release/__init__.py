"""Published releases of the application, those that instances run, and the refresh between them.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks.configuration.instances import template_of
from automation.errors import UserError
from config import Settings

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import AutoScalingGroupTypeDef, InstanceRefreshTypeDef

_FOLDER, _SUFFIX = "releases/", ".tar.gz"
# What the application tier writes into the description of a launch template's version.
_DESCRIPTION = re.compile(r"release ([0-9a-f]{12})")
# Seconds between two looks.
PAUSE = 10.0
_SUCCESSFUL = "Successful"
_ENDED = (_SUCCESSFUL, "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed")


class Releases:
    """Looks, and changes nothing; a release is known by the first twelve digits of its hash."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings
        self._name = settings.naming.name("application")

    @property
    def current(self) -> str:
        """The one that instances are launched from; raises `UserError` when there is none."""
        number = self._version()
        found = (release for version, release in self._history() if version == number)
        release = next(found, None) if number else None
        if release is not None:
            return release
        raise UserError(
            f"{self._name} is not deployed with a release: "
            f"run `python -m automation deploy --env {self._settings.environment}`"
        )

    @property
    def previous(self) -> str:
        """The latest one before the current that is another; raises `UserError`."""
        current, number = self.current, self._version()
        for version, release in self._history():
            if version < number and release != current:
                return release
        raise UserError(
            f"{current} is the first release of {self._name}: there is none before it; "
            "name another with `rollback --to`"
        )

    def resolve(self, beginning: str) -> str:
        """The whole hash of a published release; raises `UserError` unless it is one."""
        pages = self._clients.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._settings.naming.bucket("artifacts"), Prefix=f"{_FOLDER}{beginning}"
        )
        keys = [each["Key"] for page in pages for each in page.get("Contents", []) if "Key" in each]
        if len(keys) != 1:
            count = (
                f"{len(keys)} published releases begin" if keys else "no published release begins"
            )
            raise UserError(
                f"`rollback --to`: {count} with {beginning!r}; give how one begins, "
                f"and no other, of those in s3://{self._settings.naming.bucket('artifacts')}/{_FOLDER}"
            )
        return keys[0].removeprefix(_FOLDER).removesuffix(_SUFFIX)

    def _version(self) -> int:
        """The number of the launch template version that the group names; 0 without a group."""
        answer = self._clients.autoscaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[self._name]
        )
        return next((_named(group) for group in answer["AutoScalingGroups"]), 0)

    def _history(self) -> Iterator[tuple[int, str]]:
        """Versions of the launch template and their releases, the latest first."""
        pages = self._clients.ec2.get_paginator("describe_launch_template_versions").paginate(
            LaunchTemplateName=self._name
        )
        versions = [each for page in pages for each in page["LaunchTemplateVersions"]]
        for version in sorted(versions, key=lambda each: -each.get("VersionNumber", 0)):
            found = _DESCRIPTION.fullmatch(version.get("VersionDescription", ""))
            if found:
                yield version.get("VersionNumber", 0), found.group(1)


def _named(group: "AutoScalingGroupTypeDef") -> int:
    number = template_of(group).get("Version", "")
    return int(number) if number.isdecimal() else 0


@dataclass(frozen=True, kw_only=True)
class RunningRelease:
    """The launch template version that instances are started from, and what they run now."""

    version: str
    description: str
    instances: Mapping[str, int]
    """How many of them run, by their version."""

    def __str__(self) -> str:
        total = sum(self.instances.values())
        current = self.instances.get(self.version, 0)
        name = self.description or "no description"
        return f"{name} (launch template version {self.version}), {current} of {total} instances"


def find(clients: Clients, settings: Settings) -> RunningRelease | None:
    """The release of the environment's Auto Scaling group; None while there is no such group."""
    name = settings.naming.name("application")
    groups = clients.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    template = next((template_of(each) for each in groups["AutoScalingGroups"]), None)
    if template is None or "LaunchTemplateId" not in template:
        return None
    answer = clients.ec2.describe_launch_template_versions(
        LaunchTemplateId=template["LaunchTemplateId"],
        Versions=[template.get("Version", "$Default")],
    )
    (found,) = answer["LaunchTemplateVersions"]
    return RunningRelease(
        version=str(found["VersionNumber"]),
        description=found.get("VersionDescription", ""),
        instances=_instances(groups["AutoScalingGroups"][0]),
    )


def _instances(group: "AutoScalingGroupTypeDef") -> dict[str, int]:
    counts: dict[str, int] = {}
    for instance in group.get("Instances", []):
        version = instance.get("LaunchTemplate", {}).get("Version", "unknown")
        counts[version] = counts.get(version, 0) + 1
    return counts


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
