"""Puts a copy in the database's place, by their names, and has Terraform's state know it.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RenameInstance.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from automation.aws import explain
from automation.aws.clients import Clients
from automation.checks.configuration import database
from automation.errors import CommandError, UserError
from automation.restore import Clock, PatientRds, Tell
from automation.terraform.diagnostics import faults
from automation.terraform.pool import StackPool, StackRun
from automation.terraform.stacks import Stack
from automation.terraform.steps import PATIENT, connect, plan
from config import Settings

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import DBInstanceTypeDef

TIER = "database"
_INSTANCE = "aws_db_instance"
# What a plan may do with what is there.
_HARMLESS = ("create", "noop", "read", "update")
# What an instance is as it was told to be, by the name in answers and in requests alike.
_KEPT = (
    "AutoMinorVersionUpgrade",
    "BackupRetentionPeriod",
    "CopyTagsToSnapshot",
    "MaxAllocatedStorage",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "MultiAZ",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
)
# What no modification changes; Terraform would replace an instance that has another.
_FIXED: Mapping[str, Callable[[Any], Any]] = {
    "KmsKeyId": lambda found: found.get("KmsKeyId"),
    "DBName": lambda found: found.get("DBName"),
    "MasterUsername": lambda found: found.get("MasterUsername"),
    "DBSubnetGroup": lambda found: found.get("DBSubnetGroup", {}).get("DBSubnetGroupName"),
}
# By what answers show what requests call otherwise.
_SHOWN: Mapping[str, Callable[[Any], Any]] = {
    "CloudwatchLogsExportConfiguration": lambda found: {
        "EnableLogTypes": sorted(found.get("EnabledCloudwatchLogsExports", []))
    },
    "EnableIAMDatabaseAuthentication": lambda found: found.get(
        "IAMDatabaseAuthenticationEnabled", False
    ),
    "EnablePerformanceInsights": lambda found: found.get("PerformanceInsightsEnabled"),
    "ManageMasterUserPassword": lambda found: (
        found.get("MasterUserSecret", {}).get("SecretStatus", "") == "active"
    ),
    "MasterUserSecretKmsKeyId": lambda found: found.get("MasterUserSecret", {}).get("KmsKeyId"),
    "VpcSecurityGroupIds": lambda found: sorted(
        each["VpcSecurityGroupId"] for each in found.get("VpcSecurityGroups", [])
    ),
}
_UNTOLD = ("MasterUserPassword",)
# How often it is looked whether the copy has what it was given.
_LOOKS = 30


class Swap:
    """The copy gets the database's settings, then its name; the database gets another.

    `settle` waits until a change of the copy is through. While `unsettled`, what is called how is
    not known to be as it was, or as it is to be; `before` is what the database as it was is called
    once the copy has its name, and `resource_id` is the copy's.
    """

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        copy: str,
        *,
        settle: Callable[[], None],
        clock: Clock,
        tell: Tell,
    ) -> None:
        self._clients = clients
        self._settings = settings
        self._copy = copy
        self._settle = settle
        self._clock = clock
        self._tell = tell
        self._instances = PatientRds(clients, clock)
        self._name = database.identifiers(settings)[0]
        self._old_id = self.resource_id = ""
        self._protected = False
        self.unsettled = False
        self.before = ""

    def prepare(self) -> None:
        """Give the copy all that the database has, while that still serves."""
        old = database.find(self._clients, self._name)
        self._refuse_another_kind(old)
        self._tell(f"giving {self._copy} the settings of {self._name}")
        given = self._given(old)
        self._instances.modify(self._copy, **given)
        self._settle()
        self._check(given)
        self._clients.rds.add_tags_to_resource(
            ResourceName=self._settings.naming.arn("rds", f"db:{self._copy}"),
            Tags=old.get("TagList", []),
        )

    def rename(self, now: datetime) -> str:
        """Swap the names; what went wrong though they are swapped, or nothing.

        Where the copy cannot have the database's name, the database gets it back, and the error is
        raised.
        """
        old = database.find(self._clients, self._name)
        self._old_id = old["DbiResourceId"]
        self.resource_id = database.find(self._clients, self._copy)["DbiResourceId"]
        self._protected = old.get("DeletionProtection", False)
        before = f"{self._name}-before-{now:%Y%m%d%H%M%S}"
        self._tell_names()
        self.unsettled, trouble = True, ""
        try:
            try:
                self._exchange(before)
            except BaseException as error:
                if not self._mend(before, error):
                    raise
                trouble = f"the names are swapped, but: {_said(error)}"
            self.unsettled, self.before = False, before
        finally:
            self._tell_names()
        return trouble

    def names(self) -> list[str]:
        """What each of the two is called now."""
        both = {"the database as it was": self._old_id, "the copy": self.resource_id}
        found = {what: self._instances.of(id_) for what, id_ in both.items()}
        return [
            f"{what}, {both[what]}, is called {each.get('DBInstanceIdentifier', 'nothing')} "
            f"({each.get('DBInstanceStatus', 'not shown')})"
            for what, each in found.items()
        ]

    def _tell_names(self) -> None:
        try:
            for each in self.names():
                self._tell(f"now: {each}")
        except (BotoCoreError, ClientError) as error:
            ids = f"{self._old_id} and {self.resource_id}"
            self._tell(f"what {ids} are called is not known: {explain(error)}")

    def _exchange(self, before: str) -> None:
        self._rename(self._old_id, self._name, before)
        self._rename(self.resource_id, self._copy, self._name)
        self._protect()

    def _mend(self, before: str, error: BaseException) -> bool:
        """Finish what broke off, or take it back; whether the names are swapped.

        RDS may have accepted a rename of which the answer was not heard.
        """
        self._tell(f"the swap broke off: {_said(error)}; finding out how far it came")
        old, new = (self._rest(each) for each in (self._old_id, self.resource_id))
        if new == self._name:
            try:
                self._protect()
            except (BotoCoreError, ClientError) as refusal:
                self._tell(
                    f"{new} is not protected, but by the next deployment: {explain(refusal)}"
                )
            return True
        if old != self._name:
            self._tell(f"going back: {before} gets its name {self._name} again")
            self._rename(self._old_id, old, self._name)
        self.unsettled = False
        return False

    def _protect(self) -> None:
        if self._protected:
            self._instances.modify(self._name, DeletionProtection=True)

    def _rest(self, resource_id: str) -> str:
        """What an instance is called once no rename of it is under way."""
        found = self._instances.settle(
            lambda: self._instances.of(resource_id), f"the rename of {resource_id}", _is_named
        )
        return found["DBInstanceIdentifier"]

    def _rename(self, resource_id: str, old: str, new: str) -> None:
        self._tell(f"renaming {old} ({resource_id}) to {new}")
        self._instances.modify(old, NewDBInstanceIdentifier=new)
        self._instances.settle(
            lambda: self._instances.of(resource_id),
            f"renaming {old} to {new}",
            lambda found: found.get("DBInstanceIdentifier") == new and _is_named(found),
        )

    def _refuse_another_kind(self, old: "DBInstanceTypeDef") -> None:
        """Raises `CommandError` where Terraform would replace the copy, or nobody could sign in."""
        new = database.find(self._clients, self._copy)
        others = [
            f"{name} {of(new)}, not {of(old)}" for name, of in _FIXED.items() if of(new) != of(old)
        ]
        if others:
            raise CommandError(
                f"{self._copy} cannot take the place of {self._name}, as its backup has "
                f"{'; '.join(others)}: nothing was renamed"
            )

    def _check(self, given: Mapping[str, Any]) -> None:
        """Raises `CommandError` unless the copy has all that it was given."""
        for _ in range(_LOOKS):
            found = database.find(self._clients, self._copy)
            missed = [name for name, value in given.items() if not _holds(found, name, value)]
            if not missed:
                return
            self._clock.pause(self._clock.every)
        raise CommandError(
            f"{self._copy} did not take {', '.join(sorted(missed))}: nothing was renamed"
        )

    def _given(self, old: "DBInstanceTypeDef") -> dict[str, Any]:
        found: dict[str, Any] = dict(old)
        given = {name: found[name] for name in _KEPT if found.get(name) is not None}
        if not given.get("MonitoringInterval"):
            given.pop("MonitoringRoleArn", None)
        given["VpcSecurityGroupIds"] = _SHOWN["VpcSecurityGroupIds"](found)
        allowed = found.get("IAMDatabaseAuthenticationEnabled", False)
        given["EnableIAMDatabaseAuthentication"] = allowed
        logs = _SHOWN["CloudwatchLogsExportConfiguration"](found)
        if logs["EnableLogTypes"]:
            given["CloudwatchLogsExportConfiguration"] = logs
        return {**given, **_insights(found), **self._password(found)}

    def _password(self, found: dict[str, Any]) -> dict[str, Any]:
        """As the database has it: one that RDS makes, or the one in Terraform's secret."""
        if "MasterUserSecret" in found:
            key = found["MasterUserSecret"].get("KmsKeyId")
            return {"ManageMasterUserPassword": True, "MasterUserSecretKmsKeyId": key}
        name = self._settings.naming.name("database-master")
        secret = self._clients.secretsmanager.get_secret_value(SecretId=name)
        return {"MasterUserPassword": json.loads(secret["SecretString"])["password"]}


def _said(error: BaseException) -> str:
    if isinstance(error, BotoCoreError | ClientError):
        return explain(error)
    return "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)


def _is_named(found: "DBInstanceTypeDef") -> bool:
    """Whether it serves, and no other name waits for it."""
    pending = found.get("PendingModifiedValues", {})
    serves = found.get("DBInstanceStatus") in database.AT_WORK
    return serves and "DBInstanceIdentifier" not in pending


def _holds(found: Any, name: str, value: Any) -> bool:
    """Whether an instance has what it was given; what it does not tell, it has."""
    if name in _UNTOLD:
        return True
    shown = _SHOWN[name](found) if name in _SHOWN else found.get(name)
    if isinstance(value, str) and isinstance(shown, str):
        return shown.lower() == value.lower()
    return bool(shown == value)


def _insights(found: dict[str, Any]) -> dict[str, Any]:
    mode = {name: found[name] for name in ("DatabaseInsightsMode",) if found.get(name)}
    if not found.get("PerformanceInsightsEnabled"):
        return mode
    return {
        "EnablePerformanceInsights": True,
        "PerformanceInsightsKMSKeyId": found["PerformanceInsightsKMSKeyId"],
        "PerformanceInsightsRetentionPeriod": found["PerformanceInsightsRetentionPeriod"],
        **mode,
    }


@dataclass(frozen=True)
class Adoption:
    """Has the state of the database's stack know the instance that has its name now."""

    stack: Stack
    identifier: str

    def check(self) -> None:
        """Raises `UserError` where the stack declares no such instance."""
        assert self.address  # noqa: S101

    @property
    def address(self) -> str:
        """Where the stack declares it; raises `UserError` where it does not."""
        declared = self.stack.content.get("resource", {}).get(_INSTANCE, {})
        for name, resource in declared.items():
            if resource.get("identifier") == self.identifier:
                return f"{_INSTANCE}.{name}"
        raise UserError(f"the stack {self.stack.name} declares no instance {self.identifier}")

    def by_hand(self, resource_id: str) -> str:
        """What is left to do where it did not come to that."""
        return (
            f"where Terraform's state has another id of {self.address} than {resource_id}: in the "
            f"folder of {self.stack.name}, `terraform state pull > state.json`, put {resource_id} "
            'in place of its "id" and "resource_id", raise "serial", then `terraform state push '
            "state.json`: do not deploy before"
        )

    def run(self, pool: StackPool, resource_id: str) -> Sequence[str]:
        """What a next deployment changes of it; raises `CommandError` where it would lose data."""
        graph = {self.stack.name: frozenset[str]()}
        adopt = partial(self._adopt, resource_id)
        (stack_run,) = pool.run("Adopting", graph, adopt).values()
        problems = [str(each) for each in faults(stack_run.problems)]
        if problems or not stack_run.steps[-1].ok:
            raise CommandError("; ".join(problems) or "Terraform's state knows the former instance")
        intended = [each for each in stack_run.steps[-1].intended if each.action != "noop"]
        harmful = [each for each in intended if each.action not in _HARMLESS]
        if harmful:
            listed = ", ".join(f"{each.action} {each.address}" for each in harmful)
            raise CommandError(f"a deployment would now lose data: {listed}: do not deploy")
        return [f"{each.action} {each.address}" for each in intended]

    def _adopt(self, resource_id: str, stack_run: StackRun) -> bool:
        adopt = partial(stack_run.runner.adopt, self.address, resource_id)
        connected = connect(stack_run, PATIENT)
        return connected and stack_run.do("adopt", adopt) and plan(stack_run, PATIENT)
