"""RDS for MySQL with its logs, subnets and replicas."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_db_instance import DataAwsDbInstance
from cdktf_cdktf_provider_aws.db_instance import DbInstance
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from constructs import Construct

from config.application import PROCESS_ROLES
from config.database import Database
from config.naming import Naming
from modules.database.instance import (
    PORT,
    MasterUser,
    Surroundings,
    primary_instance,
    replica_instance,
)
from modules.database.logs import ExportedLogs
from modules.generated_secret import GeneratedSecret, read_only_by
from modules.monitoring.database import DatabaseMetrics, instances_of

# RDS accepts at most 41 characters.
PASSWORD_LENGTH = 40


class SubnetGroup(Construct):
    """Where instances may be placed."""

    def __init__(
        self, scope: Construct, id_: str, *, naming: Naming, subnet_ids: Sequence[str]
    ) -> None:
        super().__init__(scope, id_)
        group = DbSubnetGroup(
            self,
            "subnet-group",
            name=naming.name("database"),
            description="Isolated subnets",
            subnet_ids=list(subnet_ids),
        )
        self.name: str = group.name


class MysqlDatabase(Construct):
    """A primary instance and `read_replicas` copies of it.

    Raises `ValueError` where AWS would refuse: replicas with a managed password, with blue/green
    updates, without backups, or of a pinned minor version; blue/green updates with a managed
    password or without backups; the advanced mode of Database Insights without what it shows.
    `secret_readers` are who may read a password that Terraform writes, beside the platform's roles.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_MySQL.Replication.ReadReplicas.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-considerations.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        database: Database,
        around: Surroundings,
        log_retention_in_days: int,
        logs_key_arn: str,
        secret_readers: Sequence[str],
    ) -> None:
        super().__init__(scope, id_)
        _refuse_impossible(database)
        self._settings = database
        self._around = around
        self._log_retention_in_days = log_retention_in_days
        self._logs_key_arn = logs_key_arn
        self._secret_readers = secret_readers
        identifier = naming.name("database")
        user = self._master_user(naming)
        instance = primary_instance(
            self,
            "primary",
            identifier=identifier,
            database=database,
            around=around,
            user=user,
            after=self._logs("logs", identifier),
        )
        self.identifier: str = instance.identifier
        self.arn: str = instance.arn
        # Another one is another database, though it may have the identifier of one before it.
        self.resource_id: str = instance.resource_id
        self.address: str = instance.address
        self.port: int = PORT
        self.database_name: str = database.database_name
        self.secret_arn: str = self._secret_arn(instance)
        replicas = [
            self._replica(number, instance, identifier)
            for number in range(1, database.read_replicas + 1)
        ]
        self.replica_identifiers: list[str] = [each.identifier for each in replicas]
        signing_in = (instance, *replicas) if database.iam_authentication else ()
        # Of those that let users sign in by IAM.
        self.iam_resource_ids: list[str] = [each.resource_id for each in signing_in]

    @property
    def identifiers(self) -> list[str]:
        """The primary's identifier, then those of its replicas."""
        return [self.identifier, *self.replica_identifiers]

    @property
    def metrics(self) -> list[DatabaseMetrics]:
        """What each instance tells CloudWatch, the primary first."""
        return instances_of(self.identifiers)

    def _master_user(self, naming: Naming) -> MasterUser:
        self._secret: GeneratedSecret | None = None
        username, version = self._settings.master_username, self._settings.master_password_version
        if self._settings.managed_password:
            return MasterUser(username=username)
        self._secret = GeneratedSecret(
            self,
            "master-secret",
            name=naming.name("database-master"),
            description="Master user of the database",
            kms_key_arn=self._around.kms_key_arn,
            length=PASSWORD_LENGTH,
            version=version,
            username=username,
            recoverable=self._around.deletion_protection,
            # Who deploys gives it to RDS, and the application signs in with it.
            policy=read_only_by(naming, self._secret_readers, roles=("deploy", *PROCESS_ROLES)),
        )
        password = self._secret.read_password()
        return MasterUser(username=username, password=password, password_version=version)

    def _secret_arn(self, instance: DbInstance) -> str:
        """RDS's own is looked up once the instance is as it is to be.

        The plan that asks for it says that there will be none, and an output believes that.
        https://github.com/terraform-aws-modules/terraform-aws-rds/issues/588
        """
        if self._secret is not None:
            return self._secret.arn
        found = DataAwsDbInstance(
            self, "found", db_instance_identifier=instance.identifier, depends_on=[instance]
        )
        return found.master_user_secret.get(0).secret_arn

    def _logs(self, id_: str, identifier: str) -> Sequence[CloudwatchLogGroup]:
        return ExportedLogs(
            self,
            id_,
            identifier=identifier,
            logs=self._settings.exported_logs,
            retention_in_days=self._log_retention_in_days,
            kms_key_arn=self._logs_key_arn,
        ).log_groups

    def _replica(self, number: int, source: DbInstance, source_identifier: str) -> DbInstance:
        identifier = f"{source_identifier}-replica-{number}"
        return replica_instance(
            self,
            f"replica-{number}",
            identifier=identifier,
            database=self._settings,
            around=self._around,
            source=source,
            after=self._logs(f"replica-{number}-logs", identifier),
        )


def _refuse_impossible(database: Database) -> None:
    refused = (
        (_impossible_replicas, database.read_replicas > 0),
        (_impossible_updates, database.blue_green_updates),
        (_impossible_insights, database.database_insights_mode == "advanced"),
    )
    for reason in (ask(database) for ask, chosen in refused if chosen):
        if reason:
            raise ValueError(reason)


def _impossible_replicas(database: Database) -> str:
    if database.managed_password:
        return "read replicas cannot be combined with a password managed by RDS"
    if database.blue_green_updates:
        return "read replicas cannot be combined with blue/green updates"
    if database.pinned:
        return f"received engine_version={database.engine_version}; replicas need 8.4"
    if database.backup_days < 1:
        return f"received backup_days={database.backup_days}; replicas need at least 1"
    return ""


def _impossible_updates(database: Database) -> str:
    if database.managed_password:
        return "blue/green updates cannot be combined with a password managed by RDS"
    if database.backup_days < 1:
        return f"received backup_days={database.backup_days}; blue/green updates need at least 1"
    return ""


def _impossible_insights(database: Database) -> str:
    if database.performance_insights:
        return ""
    return "the advanced mode of Database Insights needs performance_insights"
