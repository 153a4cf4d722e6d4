"""Leftovers of copies of the database: instances, groups and secrets, by their names."""

from datetime import timedelta

from botocore.exceptions import BotoCoreError, ClientError

from automation.aws import explain
from automation.aws.clients import Clients, copies, instances
from automation.checks import lookups
from automation.errors import CommandError
from automation.restore import BUSY, Clock, Tell
from config import Settings

_GONE = "DBInstanceNotFound"
_IN_USE = "DependencyViolation"
_GROUP_MINUTES = 10


class Remains:
    """What copies leave: instances, security groups and secrets by how their names begin.

    Without a name all of them are meant, of drills and of restores.
    """

    def __init__(self, clients: Clients, settings: Settings, name: str = "") -> None:
        every = copies(settings)
        if name and not name.startswith(every):
            raise ValueError(f"{name} is none of a copy's names")
        self._clients = clients
        self._settings = settings
        self._name = name
        self._beginnings = (name,) if name else every

    def found(self) -> list[str]:
        """Each in words."""
        return [
            *(f"instance {each}" for each in self._instances()),
            *(f"security group {name}" for _, name in self._groups()),
            *(f"secret {each}" for each in self._secrets()),
        ]

    def remove(self, clock: Clock, tell: Tell) -> list[str]:
        """Take all of it away, the instances first; what is left, with the reason."""
        left: list[str] = []
        for what, remove in (
            ("the way to the copy", self._close),
            ("secrets", self._remove_secrets),
            ("instances", lambda: self._remove_instances(clock, tell)),
            ("security groups", lambda: self._remove_groups(clock)),
        ):
            try:
                remove()
            except (BotoCoreError, ClientError) as error:
                left.append(f"{what}: {explain(error)}")
            except CommandError as error:
                left.append(f"{what}: {error}")
        return [*left, *self.found()] if left else []

    def _instances(self) -> list[str]:
        names = instances(self._clients)
        return [each for each in names if each.startswith(self._beginnings)]

    def _groups(self) -> list[tuple[str, str]]:
        answer = self._clients.ec2.describe_security_groups(
            Filters=[{"Name": "group-name", "Values": [f"{each}*" for each in self._beginnings]}]
        )
        return [(each["GroupId"], each["GroupName"]) for each in answer["SecurityGroups"]]

    def _secrets(self) -> list[str]:
        """A listing may be five minutes late: the secret of one copy is asked for by its name.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html
        """
        if self._name:
            return [self._name] if self._has_secret(self._name) else []
        pages = self._clients.secretsmanager.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": list(self._beginnings)}]
        )
        names = [each["Name"] for page in pages for each in page["SecretList"]]
        return [each for each in names if self._has_secret(each)]

    def _has_secret(self, name: str) -> bool:
        """Whether there is one that is not being deleted."""
        try:
            found = self._clients.secretsmanager.describe_secret(SecretId=name)
        except self._clients.secretsmanager.exceptions.ResourceNotFoundException:
            return False
        return "DeletedDate" not in found

    def _close(self) -> None:
        """A group that another's rule names cannot be deleted."""
        copies = {id_ for id_, _ in self._groups()}
        if not copies:
            return
        group = lookups.group_id(self._clients, self._settings, "application")
        pages = self._clients.ec2.get_paginator("describe_security_group_rules").paginate(
            Filters=[{"Name": "group-id", "Values": [group]}]
        )
        rules = [
            each["SecurityGroupRuleId"]
            for page in pages
            for each in page["SecurityGroupRules"]
            if each.get("ReferencedGroupInfo", {}).get("GroupId") in copies
        ]
        if rules:
            self._clients.ec2.revoke_security_group_egress(
                GroupId=group, SecurityGroupRuleIds=rules
            )

    def _remove_secrets(self) -> None:
        """Each by itself; raises `CommandError` for those that are still there."""
        for each in self._secrets():
            self._clients.secretsmanager.delete_secret(
                SecretId=each, ForceDeleteWithoutRecovery=True
            )
            if self._has_secret(each):
                raise CommandError(f"{each} is still there")

    def _remove_instances(self, clock: Clock, tell: Tell) -> None:
        """RDS deletes none that is still being made, so it is asked until they are gone."""
        for each in self._instances():
            tell(f"deleting {each}")
        for _ in clock.looks("the deletion of the copy"):
            names = self._instances()
            if not names:
                return
            for each in names:
                self._delete(each)

    def _delete(self, name: str) -> None:
        try:
            self._clients.rds.delete_db_instance(
                DBInstanceIdentifier=name, SkipFinalSnapshot=True, DeleteAutomatedBackups=True
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in (BUSY, f"{BUSY}Fault", _GONE):
                raise

    def _remove_groups(self, clock: Clock) -> None:
        """Each by itself, for as long as a network interface of the copy may still be there."""
        last = clock.now() + timedelta(minutes=_GROUP_MINUTES)
        while left := [each for each in self._groups() if not self._remove_group(each[0])]:
            if clock.now() > last:
                names = ", ".join(name for _, name in left)
                raise CommandError(f"{names}: something is still in it ({_IN_USE})")
            clock.pause(clock.every)

    def _remove_group(self, id_: str) -> bool:
        """Whether it is gone."""
        try:
            self._clients.ec2.delete_security_group(GroupId=id_)
        except ClientError as error:
            if error.response["Error"]["Code"] not in (_IN_USE, "InvalidGroup.NotFound"):
                raise
            return error.response["Error"]["Code"] != _IN_USE
        return True
