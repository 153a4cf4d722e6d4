"""A copy of the database beside it: made of a backup, asked by an instance, and taken away.

Nobody reaches it but the one instance of the application that asks, for as long as it asks: it has
a security group, and a password, of its own. A restored MySQL has the password of its backup, and
RDS manages none of it from the start.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
"""

import base64
import json
import secrets
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.aws.clients import Clients
from automation.checks import lookups
from automation.checks.configuration import database
from automation.errors import CommandError
from automation.operate import RemoteCommand
from automation.restore import (
    BROKEN,
    POINT_IN_TIME,
    Clock,
    PatientRds,
    RestorePoint,
    Tell,
    serving,
)
from config import Settings

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import DBInstanceTypeDef

PORT = 3306
# Where the release on an instance has the authorities of RDS.
AUTHORITIES = "/opt/application/current/rds-ca.pem"
_QUERY = Path(__file__).with_name("query.py")
_PASSWORD_BYTES = 30  # Of RDS at most 41 characters.
_AVAILABLE = "available"
_ANSWER_SECONDS = 900


# Of an instance's id and a job, what `query.py` printed there.
Ask = Callable[[str, Mapping[str, Any]], str]


class DatabaseCopy:
    """An instance of RDS of its own beside the database, with what it takes to ask it."""

    def __init__(
        self,
        clients: Clients,
        settings: Settings,
        *,
        name: str,
        clock: Clock,
        tell: Tell,
        ask: Ask,
    ) -> None:
        self.name = name
        self._clients = clients
        self._settings = settings
        self._clock = clock
        self._tell = tell
        self._ask = ask
        self._instances = PatientRds(clients, clock)
        self._tags: Any = [
            {"Key": key, "Value": value}
            for key, value in {**settings.naming.tags, "Name": name}.items()
        ]

    def make(self, backup: RestorePoint) -> None:
        """Restore a backup as it was encrypted, and wait until it is there."""
        source = database.find(self._clients, database.identifiers(self._settings)[0])
        given = self._given(source)
        self._tell(f"restoring {backup} as {self.name}")
        if backup.kind == POINT_IN_TIME:
            self._clients.rds.restore_db_instance_to_point_in_time(
                SourceDBInstanceIdentifier=database.identifiers(self._settings)[0],
                TargetDBInstanceIdentifier=self.name,
                RestoreTime=backup.taken_at,
                **given,
            )
        else:
            self._clients.rds.restore_db_instance_from_db_snapshot(
                DBInstanceIdentifier=self.name, DBSnapshotIdentifier=backup.name, **given
            )
        found = self._wait()
        if not found.get("StorageEncrypted"):
            raise CommandError(f"{self.name} is not encrypted, as its backup was not")

    def answers(self, questions: list[dict[str, str]]) -> str:
        """What the copy says, asked by an instance of the application."""
        secret_arn = self._set_password()
        checker, address = self._checker()
        self._open(address)
        found = database.find(self._clients, self.name)
        job = {
            "host": found["Endpoint"]["Address"],
            "port": found["Endpoint"]["Port"],
            "schema": self._settings.database.database_name,
            "authorities": AUTHORITIES,
            "secret": secret_arn,
            "region": self._settings.region,
            "questions": questions,
        }
        self._tell(f"asking {self.name} from instance {checker}")
        return self._ask(checker, job)

    def _given(self, source: "DBInstanceTypeDef") -> dict[str, Any]:
        """What a restore would otherwise choose itself: default groups, and no tags."""
        return {
            "DBInstanceClass": source["DBInstanceClass"],
            "DBSubnetGroupName": source["DBSubnetGroup"]["DBSubnetGroupName"],
            "VpcSecurityGroupIds": [self._group()],
            "DBParameterGroupName": database.parameter_groups(source)[0],
            "OptionGroupName": database.option_groups(source)[0],
            "CACertificateIdentifier": self._settings.database.ca_certificate,
            "Port": PORT,
            "MultiAZ": False,
            "PubliclyAccessible": False,
            "DeletionProtection": False,
            "BackupRetentionPeriod": 0,
            "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
            "AutoMinorVersionUpgrade": False,
            "CopyTagsToSnapshot": True,
            "Tags": self._tags,
        }

    def _group(self) -> str:
        """A security group that lets nobody in, yet."""
        made = self._clients.ec2.create_security_group(
            GroupName=self.name,
            Description="A restored copy of the database",
            VpcId=lookups.vpc_id(self._clients, self._settings),
            TagSpecifications=[{"ResourceType": "security-group", "Tags": self._tags}],
        )
        return made["GroupId"]

    def _wait(self) -> "DBInstanceTypeDef":
        before = ""
        for _ in self._clock.looks(f"the restore of {self.name}"):
            found = database.find(self._clients, self.name)
            status = found.get("DBInstanceStatus", "")
            if status != before:
                self._tell(f"{self.name}: {status}")
            before = status
            if status in BROKEN:
                break
            if status == _AVAILABLE and not found.get("PendingModifiedValues"):
                return found
        raise CommandError(f"{self.name} is {before}: see its events in RDS")

    def settle(self) -> None:
        """Wait until a change is through, with nothing pending."""
        self._instances.settle(
            lambda: database.find(self._clients, self.name),
            f"the change of {self.name}",
            lambda found: (
                found.get("DBInstanceStatus") == _AVAILABLE
                and not found.get("PendingModifiedValues")
            ),
        )

    def _set_password(self) -> str:
        """Give the copy a new password, in a secret that the application's role may read."""
        found = database.find(self._clients, self.name)
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        login = {"username": found["MasterUsername"], "password": password}
        arn = self._clients.secretsmanager.create_secret(
            Name=self.name,
            Description="Master user of a restored copy of the database",
            KmsKeyId=lookups.key_arn(self._clients, self._settings, "data"),
            SecretString=json.dumps(login),
            Tags=self._tags,
        )["ARN"]
        naming = self._settings.naming
        role = naming.arn("iam", f"role/{naming.name('application')}", region="")
        self._clients.secretsmanager.put_resource_policy(
            SecretId=arn, ResourcePolicy=json.dumps(_read_only_by(role)), BlockPublicPolicy=True
        )
        self._instances.modify(self.name, MasterUserPassword=password)
        self.settle()
        return arn

    def _checker(self) -> tuple[str, str]:
        """An instance that serves, and its private address."""
        id_ = serving(self._clients, self._settings)
        answer = self._clients.ec2.describe_instances(InstanceIds=[id_])
        return id_, answer["Reservations"][0]["Instances"][0]["PrivateIpAddress"]

    def _open(self, address: str) -> None:
        """Let one address in, and the application's group out to the copy."""
        purpose = self.name.removeprefix(f"{self._settings.naming.prefix}-")
        group = lookups.group_id(self._clients, self._settings, purpose)
        way: Any = {"IpProtocol": "tcp", "FromPort": PORT, "ToPort": PORT}
        self._clients.ec2.authorize_security_group_ingress(
            GroupId=group, IpPermissions=[way | {"IpRanges": [{"CidrIp": f"{address}/32"}]}]
        )
        self._clients.ec2.authorize_security_group_egress(
            GroupId=lookups.group_id(self._clients, self._settings, "application"),
            IpPermissions=[way | {"UserIdGroupPairs": [{"GroupId": group}]}],
        )


def _read_only_by(role: str) -> dict[str, Any]:
    """A secret's policy, without which its role could not read it, nor anybody else."""
    reading = {"Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    others = {"ArnNotEquals": {"aws:PrincipalArn": role}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Checker", "Effect": "Allow", "Principal": {"AWS": role}, **reading},
            {
                "Sid": "NobodyElse",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                **reading,
                "Condition": others,
            },
        ],
    }


class RunCommand:
    """Has an instance run `query.py`, through Systems Manager.

    The login goes from Secrets Manager to the script's standard input, and is in no argument.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/run-command.html
    """

    def __init__(self, clients: Clients, clock: Clock) -> None:
        self._ssm = clients.ssm
        self._clock = clock

    def __call__(self, instance: str, job: Mapping[str, Any]) -> str:
        """What it printed; raises `CommandError` when it failed."""
        sent = RemoteCommand.send(
            self._ssm,
            instance,
            command(job),
            comment="Checks of a restored database",
            seconds=_ANSWER_SECONDS,
        )
        result = sent.wait(self._clock.looks(f"the command on {instance}"))
        if not result.ok:
            said = result.errors.strip()[-500:]
            raise CommandError(f"the command on {instance}: {result.details}: {said}")
        return result.output


def command(job: Mapping[str, Any]) -> str:
    """The line that an instance runs."""
    told = {name: value for name, value in job.items() if name not in ("secret", "region")}
    read = [
        *("aws", "secretsmanager", "get-secret-value", "--region", job["region"]),
        *("--secret-id", job["secret"], "--query", "SecretString", "--output", "text"),
    ]
    code, argument = (_decoded(each) for each in (_QUERY.read_text("utf-8"), json.dumps(told)))
    return f"{shlex.join(read)} | python3 -c {code} {argument}"


def _decoded(text: str) -> str:
    return f'"$(echo {base64.b64encode(text.encode()).decode()} | base64 -d)"'
