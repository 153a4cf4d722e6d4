"""Published releases of the application, those that instances run, and the refresh between them.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html
"""

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.checks.configuration.instances import template_of
from automation.errors import UserError
from config import Settings
from config.application import APPLICATION_LOG_GROUP, RELEASE_ERRORS

if TYPE_CHECKING:
    from types_boto3_autoscaling.type_defs import (
        AutoScalingGroupTypeDef,
        InstanceRefreshTypeDef,
        LaunchTemplateSpecificationTypeDef,
    )
    from types_boto3_ec2.type_defs import LaunchTemplateVersionTypeDef

_FOLDER, _SUFFIX = "releases/", ".tar.gz"
# What the application tier writes into the description of a launch template's version.
_DESCRIPTION = re.compile(r"release ([0-9a-f]{12})")
# Seconds between two looks.
PAUSE = 10.0
_SUCCESSFUL = "Successful"
_ENDED = (_SUCCESSFUL, "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed")


@dataclass(frozen=True, kw_only=True)
class PublishedRelease:
    """A release in the artifacts bucket; the rest is of when instances were last to run it."""

    sha256: str
    published: datetime
    image: str | None
    deployed: datetime | None
    deployed_by: str | None
    """The ARN of who made the launch template's version."""
    instances: int


class Releases:
    """Looks, and changes nothing; a release is known by the first twelve digits of its hash."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings
        self._name = settings.naming.name("application")

    @property
    def current(self) -> str:
        """The one that instances are launched from; raises `UserError` when there is none."""
        number = self.version
        history = self._history() if number else iter(())
        release = next((release for version, release in history if version == number), None)
        if release is not None:
            return release
        raise UserError(
            f"{self._name} is not deployed with a release: "
            f"run `python -m automation deploy --env {self._settings.environment}`"
        )

    @property
    def previous(self) -> str:
        """The latest one before the current that is another; raises `UserError`."""
        current, number = self.current, self.version
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

    def published(self) -> list[PublishedRelease]:
        """All that there are, the latest first."""
        templates = self._templates() if self.version else []
        versions = {release: version for version, release in reversed(templates)}
        running = self._running(templates)
        pages = self._clients.s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._settings.naming.bucket("artifacts"), Prefix=_FOLDER
        )
        objects = [each for page in pages for each in page.get("Contents", [])]
        found = []
        for each in sorted(objects, key=lambda each: each["LastModified"], reverse=True):
            sha256 = each["Key"].removeprefix(_FOLDER).removesuffix(_SUFFIX)
            version: LaunchTemplateVersionTypeDef = versions.get(sha256[:12], {})
            found.append(
                PublishedRelease(
                    sha256=sha256,
                    published=each["LastModified"],
                    image=version.get("LaunchTemplateData", {}).get("ImageId"),
                    deployed=version.get("CreateTime"),
                    deployed_by=version.get("CreatedBy"),
                    instances=running.get(sha256[:12], 0),
                )
            )
        return found

    def _running(
        self, templates: "Sequence[tuple[LaunchTemplateVersionTypeDef, str]]"
    ) -> Counter[str]:
        """How many instances run a release."""
        releases = {str(version.get("VersionNumber")): release for version, release in templates}
        answer = self._clients.autoscaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[self._name]
        )
        counts: Counter[str] = Counter()
        for group in answer["AutoScalingGroups"]:
            for version, count in _instances(group).items():
                counts[releases.get(version, "")] += count
        return counts

    @property
    def version(self) -> int:
        """The number of the launch template version that the group names; 0 without a group."""
        answer = self._clients.autoscaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[self._name]
        )
        return next((_named(group) for group in answer["AutoScalingGroups"]), 0)

    def image(self, release: str) -> str | None:
        """What instances of a release were last started from; None when there was none of it."""
        images = (
            version.get("LaunchTemplateData", {}).get("ImageId")
            for version, found in self._templates()
            if release.startswith(found)
        )
        return next(images, None)

    def _history(self) -> Iterator[tuple[int, str]]:
        """Numbers of the launch template's versions and their releases, the latest first."""
        return ((each.get("VersionNumber", 0), release) for each, release in self._templates())

    def _templates(self) -> "list[tuple[LaunchTemplateVersionTypeDef, str]]":
        """Versions of the launch template and their releases, the latest first."""
        pages = self._clients.ec2.get_paginator("describe_launch_template_versions").paginate(
            LaunchTemplateName=self._name
        )
        versions = [each for page in pages for each in page["LaunchTemplateVersions"]]
        matched = (
            (each, _DESCRIPTION.fullmatch(each.get("VersionDescription", "")))
            for each in sorted(versions, key=lambda each: -each.get("VersionNumber", 0))
        )
        return [(each, found.group(1)) for each, found in matched if found]


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
    def goes_back(self) -> bool:
        """Whether AWS takes instances back to what the group names."""
        return self.status == "RollbackInProgress"

    @property
    def ok(self) -> bool:
        """Whether all instances are of the new release."""
        return self.status == _SUCCESSFUL

    def __str__(self) -> str:
        """In a line."""
        reason = f": {self.reason}" if self.reason else ""
        return f"instance refresh: {self.status}, {self.percent} %{reason}"


class Refreshes:
    """The instance refreshes of a group, and the way back from one that failed."""

    def __init__(self, clients: Clients, group: str) -> None:
        self._clients = clients
        self._group = group

    def latest(self) -> Progress | None:
        """The refresh that was started last, if there was one."""
        answer = self._clients.autoscaling.describe_instance_refreshes(
            AutoScalingGroupName=self._group, MaxRecords=1
        )
        return next(map(_progress, answer["InstanceRefreshes"]), None)

    def start(self, *, matching: bool) -> Progress:
        """Have every instance replaced; those that are as the group wants them if `matching`.

        How many at a time is up to the group's maintenance policy. Raises `UserError` while another
        refresh is under way.
        """
        try:
            id_ = self._clients.autoscaling.start_instance_refresh(
                AutoScalingGroupName=self._group, Preferences={"SkipMatching": not matching}
            )["InstanceRefreshId"]
        except self._clients.autoscaling.exceptions.InstanceRefreshInProgressFault:
            raise UserError(
                f"instances of {self._group} are being replaced already: see `status`"
            ) from None
        return self._look(id_)

    def follow(
        self,
        progress: Progress,
        tell: Callable[[Progress], None],
        *,
        pause: float = PAUSE,
    ) -> Progress:
        """Wait until a refresh has ended, or goes back, and tell of every change."""
        tell(progress)
        while not (progress.ended or progress.goes_back):
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

    def cancel(self, *, pause: float = PAUSE) -> None:
        """End the refresh that is under way, a rollback, too; blocks until it has ended."""
        with suppress(self._clients.autoscaling.exceptions.ActiveInstanceRefreshNotFoundFault):
            self._clients.autoscaling.cancel_instance_refresh(AutoScalingGroupName=self._group)
        while (latest := self.latest()) is not None and not latest.ended:
            time.sleep(pause)

    def launch_from(self, version: int) -> None:
        """Have the group launch instances from an earlier version of its template again.

        AWS takes instances back to what the group named when the refresh began, which is the new
        version: the provider updates the group before it starts a refresh.
        https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
        """
        answer = self._clients.autoscaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[self._group]
        )
        (group,) = answer["AutoScalingGroups"]
        template: LaunchTemplateSpecificationTypeDef = {
            "LaunchTemplateId": template_of(group).get("LaunchTemplateId", ""),
            "Version": str(version),
        }
        update = partial(
            self._clients.autoscaling.update_auto_scaling_group, AutoScalingGroupName=self._group
        )
        mixed = group.get("MixedInstancesPolicy")
        if mixed is None or "LaunchTemplate" not in mixed:
            update(LaunchTemplate=template)
        else:
            mixed["LaunchTemplate"]["LaunchTemplateSpecification"] = template
            update(MixedInstancesPolicy=mixed)


def boot_errors(clients: Clients, settings: Settings, since: float) -> Iterator[str]:
    """What instances said of boots that failed, since seconds of Unix time; the latest last.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
    """
    pages = clients.logs.get_paginator("filter_log_events").paginate(
        logGroupName=settings.naming.path(APPLICATION_LOG_GROUP),
        startTime=int(since * 1000),
        filterPattern='{ $.logger = "boot" && $.level = "ERROR" }',
    )
    for event in (each for page in pages for each in page["events"]):
        # The boot writes one JSON object a line; what an instance cut off as it ended is no JSON.
        with suppress(ValueError):
            line = json.loads(event.get("message", ""))
            if (line.get("logger"), line.get("level")) == ("boot", "ERROR"):
                yield f"{event.get('logStreamName', '')}: {line['message']}"


def ringing(clients: Clients, settings: Settings) -> str | None:
    """What CloudWatch says of the alarm that stops a refresh, while it is in alarm."""
    name = settings.naming.name(RELEASE_ERRORS)
    answer = clients.cloudwatch.describe_alarms(AlarmNames=[name])
    on = [each for each in answer["MetricAlarms"] if each.get("StateValue") == "ALARM"]
    return next((f"the alarm {name} is on: {each.get('StateReason', '')}" for each in on), None)


def _progress(refresh: "InstanceRefreshTypeDef") -> Progress:
    back = refresh.get("RollbackDetails", {})
    return Progress(
        refresh.get("InstanceRefreshId", ""),
        refresh.get("Status", ""),
        back.get("PercentageCompleteOnRollback", refresh.get("PercentageComplete", 0)),
        back.get("RollbackReason", "") or refresh.get("StatusReason", ""),
    )
