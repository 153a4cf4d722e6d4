from typing import Any

import pytest
from moto.rds.models import rds_backends

from automation.aws.clients import Clients
from automation.checks.configuration import database
from automation.checks.configuration.database import check_database
from automation.emulator.extensions.double import remember
from config import Settings
from modules.generated_secret import read_only_by
from tests.automation.checks.configuration.account import Account, failed

NAME = "prod-349081-database"
GROUP = f"{database.GROUP}-1"


class Database:
    """A database as it should be, but for what `make` is told."""

    def __init__(self, account: Account, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._settings = settings
        naming, vpc_id = settings.naming, account.vpc()
        subnets = account.subnets(vpc_id, "database")
        self.group = account.security_group(vpc_id, "database")
        self.data_key, logs_key = account.key("data"), account.key("logs")
        for log in settings.database.exported_logs:
            account.log_group(f"/aws/rds/instance/{NAME}/{log}", logs_key)
        clients.rds.create_db_subnet_group(
            DBSubnetGroupName=naming.name("database"),
            DBSubnetGroupDescription="Isolated subnets",
            SubnetIds=list(subnets.values()),
        )
        clients.rds.create_db_parameter_group(
            DBParameterGroupName=naming.name(GROUP),
            DBParameterGroupFamily="mysql8.4",
            Description="TLS required",
        )
        self.parametrize(**database.parameters(settings))
        clients.rds.create_option_group(
            OptionGroupName=naming.name(GROUP),
            EngineName="mysql",
            MajorEngineVersion="8.0",
            OptionGroupDescription="Audit log",
        )
        self.audit(database.AUDITED)

    def audit(self, events: str) -> None:
        self._clients.rds.modify_option_group(
            OptionGroupName=self._settings.naming.name(GROUP),
            OptionsToInclude=[
                {
                    "OptionName": "MARIADB_AUDIT_PLUGIN",
                    "OptionSettings": [{"Name": "SERVER_AUDIT_EVENTS", "Value": events}],
                }
            ],
        )

    def parametrize(self, **parameters: str) -> None:
        self._clients.rds.modify_db_parameter_group(
            DBParameterGroupName=self._settings.naming.name(GROUP),
            Parameters=[
                {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
                for name, value in parameters.items()
            ],
        )

    def make(self, **otherwise: Any) -> set[str]:
        wanted = self._settings.database
        sound: dict[str, Any] = {
            "Engine": "mysql",
            "EngineVersion": "8.4.7",
            "DBInstanceClass": wanted.instance_class,
            "DBName": wanted.database_name,
            "AllocatedStorage": wanted.allocated_storage_gib,
            "MaxAllocatedStorage": wanted.max_allocated_storage_gib,
            "StorageType": "gp3",
            "StorageEncrypted": True,
            "KmsKeyId": self.data_key,
            "MasterUsername": wanted.master_username,
            "ManageMasterUserPassword": True,
            "MasterUserSecretKmsKeyId": self.data_key,
            "MultiAZ": True,
            "PubliclyAccessible": False,
            "DBSubnetGroupName": self._settings.naming.name("database"),
            "DBParameterGroupName": self._settings.naming.name(GROUP),
            "OptionGroupName": self._settings.naming.name(GROUP),
            "VpcSecurityGroupIds": [self.group],
            "EnableCloudwatchLogsExports": list(wanted.exported_logs),
            "BackupRetentionPeriod": wanted.backup_days,
            "PreferredBackupWindow": wanted.backup_window,
            "MonitoringInterval": wanted.monitoring_interval_seconds,
            "MonitoringRoleArn": self._settings.naming.arn("iam", "role/monitoring", region=""),
            "AutoMinorVersionUpgrade": True,
            "CACertificateIdentifier": wanted.ca_certificate,
            "CopyTagsToSnapshot": True,
            "DeletionProtection": True,
        }
        self._clients.rds.create_db_instance(DBInstanceIdentifier=NAME, **{**sound, **otherwise})
        self.observe()
        return self.failed()

    def observe(self, **otherwise: Any) -> None:
        """What moto keeps nothing of."""
        sound = {
            "PerformanceInsightsEnabled": True,
            "PerformanceInsightsKMSKeyId": self.data_key,
            "DatabaseInsightsMode": "standard",
        }
        naming, found = self._settings.naming, {**sound, **otherwise}
        backend = rds_backends[naming.account_id][naming.region]
        remember(backend.databases[NAME], found, found)

    def failed(self) -> set[str]:
        return failed(check_database(self._clients, self._settings))


@pytest.fixture
def mysql(account: Account, clients: Clients, settings: Settings) -> Database:
    return Database(account, clients, settings)


def test_a_sound_database_passes(mysql: Database) -> None:
    assert mysql.make() == set()


@pytest.mark.parametrize(
    ("otherwise", "what"),
    [
        ({"PubliclyAccessible": True}, f"place of {NAME}: public"),
        ({"VpcSecurityGroupIds": []}, f"place of {NAME}: security groups"),
        ({"MultiAZ": False}, "database: Multi-AZ"),
        ({"BackupRetentionPeriod": 1}, "database: days of backups"),
        ({"EngineVersion": "8.0.43"}, f"instance {NAME}: version"),
        ({"EngineVersion": "8.40.1"}, f"instance {NAME}: version"),
        ({"Engine": "mariadb"}, f"instance {NAME}: engine"),
        ({"EnableCloudwatchLogsExports": ["error"]}, f"logs of {NAME}: exported"),
        ({"AutoMinorVersionUpgrade": False}, f"instance {NAME}: updates itself"),
        ({"EnableIAMDatabaseAuthentication": True}, f"access to {NAME}: tokens of IAM"),
        ({"DeletionProtection": False}, f"protection of {NAME}: deletion protection"),
    ],
)
def test_a_database_that_is_otherwise_fails(
    otherwise: dict[str, Any], what: str, mysql: Database
) -> None:
    assert mysql.make(**otherwise) == {what}


def test_another_parameter_group_fails(mysql: Database) -> None:
    assert f"instance {NAME}: parameter group" in mysql.make(
        DBParameterGroupName="default.mysql8.4"
    )


def test_another_option_group_fails(mysql: Database, clients: Clients) -> None:
    clients.rds.create_option_group(
        OptionGroupName="another",
        EngineName="mysql",
        MajorEngineVersion="8.0",
        OptionGroupDescription="-",
    )
    assert mysql.make(OptionGroupName="another") == {
        f"instance {NAME}: option group",
        "options: audited",
    }


def test_another_key_fails(mysql: Database, clients: Clients) -> None:
    other = clients.kms.create_key()["KeyMetadata"]["Arn"]
    assert mysql.make(KmsKeyId=other) == {f"protection of {NAME}: key"}


def test_a_password_that_rds_does_not_manage_fails(mysql: Database) -> None:
    given = {"ManageMasterUserPassword": False, "MasterUserPassword": "made-by-hand"}
    assert "master password: made by RDS" in mysql.make(**given)


def test_a_password_of_ones_own_is_for_who_is_named(
    mysql: Database, clients: Clients, settings: Settings
) -> None:
    naming, secret = settings.naming, settings.naming.name("database-master")
    own = settings.database.model_copy(update={"managed_password": False})
    named = settings.model_copy(update={"database": own, "secret_readers": ("user/admin",)})
    clients.secretsmanager.create_secret(Name=secret, KmsKeyId=mysql.data_key, SecretString="it")
    mysql.make(ManageMasterUserPassword=False, MasterUserPassword="made-by-terraform")
    assert failed(check_database(clients, named)) == {"master password: database-master"}
    readers = read_only_by(naming, named.secret_readers, roles=("deploy", "web", "release"))
    clients.secretsmanager.put_resource_policy(SecretId=secret, ResourcePolicy=readers)
    assert failed(check_database(clients, named)) == set()


def test_a_parameter_with_another_value_fails(mysql: Database) -> None:
    mysql.make()
    mysql.parametrize(require_secure_transport="0")
    assert mysql.failed() == {"parameters: require_secure_transport"}


@pytest.mark.parametrize(
    ("otherwise", "what"),
    [
        ({"PerformanceInsightsEnabled": False}, "Performance Insights"),
        ({"PerformanceInsightsKMSKeyId": "another"}, "key of Performance Insights"),
        ({"DatabaseInsightsMode": "advanced"}, "mode of Database Insights"),
    ],
)
def test_a_database_that_records_otherwise_fails(
    otherwise: dict[str, Any], what: str, mysql: Database
) -> None:
    mysql.make()
    mysql.observe(**otherwise)
    assert mysql.failed() == {f"insight into {NAME}: {what}"}


def test_an_audit_log_of_other_events_fails(mysql: Database) -> None:
    mysql.make()
    mysql.audit("CONNECT")
    assert mysql.failed() == {"options: audited"}


def test_a_log_group_that_keeps_everything_for_ever_fails(
    mysql: Database, clients: Clients
) -> None:
    mysql.make()
    name = f"/aws/rds/instance/{NAME}/audit"
    clients.logs.delete_retention_policy(logGroupName=name)
    assert mysql.failed() == {f"logs of {NAME}: {name} keeps events for days"}


def test_a_missing_database_is_a_finding(mysql: Database) -> None:
    assert f"instance {NAME}" in mysql.failed()
