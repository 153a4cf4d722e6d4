"""A deployed environment, as far as restores look at it, and a clock that a test moves."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.aws.clients import Clients
from automation.emulator import Emulator
from automation.rehearse.account import bootstrap_account, role_of, session
from automation.restore import Clock, command
from automation.restore.command import RestoreCommand, RestoreRequest
from automation.restore.copy import Ask
from automation.restore.remains import Remains
from config import Settings, load
from config.database import Database
from config.restore import Restore, RestoreCheck
from tests.automation.bootstrap import runs
from tests.automation.checks.configuration.account import Account
from tests.automation.checks.health.site import Site
from tests.automation.consoles import Consoles


@dataclass
class Time:
    """What time it is: what a test says, and how long was waited."""

    at: datetime

    def pass_by(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, pause=self.pass_by)


def settings_with(number: int, *checks: RestoreCheck, **database: Any) -> Settings:
    """Dev's settings, for an environment of its own."""
    settings = load("dev")
    values = {**dict(settings.database), "restore": Restore(checks=checks), **database}
    changes = {"app_id": f"app{number}", "database": Database(**values)}
    return settings.model_copy(update=changes)


@dataclass
class Platform:
    """The database, what it is made of, and one instance that may ask it."""

    emulator: Emulator
    settings: Settings
    folder: Path
    source: str = ""
    consoles: Consoles = field(default_factory=Consoles)

    @property
    def clients(self) -> Clients:
        return Clients(session(self.emulator), self.settings.region)

    def name(self, purpose: str) -> str:
        return self.settings.naming.name(purpose)

    def deploy(self) -> None:
        """By the root user; who restores has the deploy role."""
        self.source = Site(self.emulator, self.settings).database(**self.surround())

    def surround(self) -> dict[str, Any]:
        """Make what a database has around it; what it is to be given of that."""
        bootstrap_account(self.emulator, self.settings, github=runs.main_of())
        site, account = Site(self.emulator, self.settings), Account(self.clients, self.settings)
        site.application()
        self._tag_instances(site.instances())
        vpc = self._vpc()
        groups = {each: account.security_group(vpc, each) for each in ("application", "database")}
        self._groups_of_database(vpc)
        self._role()
        # Without one before that is reachable.
        self.clients.backup.create_backup_vault(BackupVaultName=self.name("backups"))
        return {
            "DBName": self.settings.database.database_name,
            "MasterUsername": self.settings.database.master_username,
            "StorageEncrypted": True,
            "KmsKeyId": account.key("data"),
            "DBSubnetGroupName": self.name("database"),
            "DBParameterGroupName": self.name("mysql84-1"),
            "OptionGroupName": self.name("mysql84-1"),
            "VpcSecurityGroupIds": [groups["database"]],
            "DeletionProtection": True,
        }

    def back_up(self) -> datetime:
        """Have AWS Backup make a recovery point; when it did."""
        arn = self.settings.naming.arn("rds", f"db:{self.source}")
        vault = self.name("backups")
        self.clients.backup.start_backup_job(
            BackupVaultName=vault,
            ResourceArn=arn,
            IamRoleArn=self.settings.naming.arn("iam", "role/backup", region=""),
        )
        listed = self.clients.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)
        return max(each["CreationDate"] for each in listed["RecoveryPoints"])

    def restore(
        self,
        monkeypatch: pytest.MonkeyPatch,
        time: Time,
        ask: Ask | None = None,
        **request: Any,
    ) -> int:
        """Run the command as whoever deploys; `ask` is in the place of an instance."""
        self.consoles = Consoles()
        for each, value in self.emulator.isolate().items():
            monkeypatch.setenv(each, value)
        for each, value in role_of(self.emulator, self.settings, "deploy").items():
            monkeypatch.setenv(each, value)
        monkeypatch.setattr(command, "settings_of", lambda _: self.settings)
        way: Any = {"ask": lambda *_: ask} if ask else {}
        asked = RestoreRequest(
            environment="dev", clock=time.clock, workspace=self.folder, **way, **request
        )
        console, progress = self.consoles.console, self.consoles.progress
        return RestoreCommand(asked, console=console, progress=progress).run()

    def copies(self) -> list[str]:
        """What is there beside the platform."""
        return Remains(self.clients, self.settings).found()

    def forget(self) -> None:
        """Take away all that a test has made."""
        Remains(self.clients, self.settings).remove(Clock(), print)
        self.clients.ssm.delete_parameters(Names=[self.settings.naming.path("restore/drill")])
        vault = self.name("backups")
        listed = self.clients.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)
        for each in listed["RecoveryPoints"]:
            point = each["RecoveryPointArn"]
            self.clients.backup.delete_recovery_point(BackupVaultName=vault, RecoveryPointArn=point)
        self.scale(1)

    def scale(self, instances: int) -> None:
        """How many instances there are of the application."""
        name = self.name("application")
        self.clients.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=name, MinSize=0, DesiredCapacity=instances
        )
        groups = self.clients.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        found = groups["AutoScalingGroups"][0]["Instances"]
        if found:
            self._tag_instances([each["InstanceId"] for each in found])

    def kept(self) -> dict[str, Any]:
        """What came of the last drill."""
        name = self.settings.naming.path("restore/drill")
        value = self.clients.ssm.get_parameter(Name=name)["Parameter"]["Value"]
        found: dict[str, Any] = json.loads(value)
        return found

    def _tag_instances(self, instances: list[str]) -> None:
        tags = [{"Key": key, "Value": each} for key, each in self.settings.naming.tags.items()]
        self.clients.ec2.create_tags(Resources=instances, Tags=tags)  # type: ignore[arg-type]

    def _vpc(self) -> str:
        named = [{"Name": "tag:Name", "Values": [self.name("vpc")]}]
        (vpc,) = self.clients.ec2.describe_vpcs(Filters=named)["Vpcs"]  # type: ignore[arg-type]
        return vpc["VpcId"]

    def _groups_of_database(self, vpc: str) -> None:
        rds, inside = self.clients.rds, [{"Name": "vpc-id", "Values": [vpc]}]
        subnets = self.clients.ec2.describe_subnets(Filters=inside)["Subnets"]  # type: ignore[arg-type]
        rds.create_db_subnet_group(
            DBSubnetGroupName=self.name("database"),
            DBSubnetGroupDescription="Isolated",
            SubnetIds=[each["SubnetId"] for each in subnets],
        )
        rds.create_db_parameter_group(
            DBParameterGroupName=self.name("mysql84-1"),
            DBParameterGroupFamily="mysql8.4",
            Description="Parameters",
        )
        rds.create_option_group(
            OptionGroupName=self.name("mysql84-1"),
            EngineName="mysql",
            MajorEngineVersion="8.4",
            OptionGroupDescription="Options",
        )

    def _role(self) -> None:
        trust = {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "ec2.amazonaws.com"},
                "Action": "sts:AssumeRole",
            },
        }
        name = self.name("application")
        self.clients.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))


def now() -> datetime:
    return datetime.now(UTC)
