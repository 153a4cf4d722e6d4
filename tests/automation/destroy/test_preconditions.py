from dataclasses import replace

import pytest

from automation.aws.clients import Clients
from automation.destroy.data_loss import DeployedResource
from automation.destroy.preconditions import (
    check_account,
    check_backups,
    check_kept,
    check_restored,
    check_settings,
    protected,
)
from automation.errors import UserError
from automation.rehearse.account import session
from config import load
from tests.automation.accounts import Account

DATABASE = DeployedResource(
    "database", "aws_db_instance", "primary", {"identifier": "dev-349081-database"}
)


@pytest.fixture
def clients(account: Account) -> Clients:
    return Clients(session(account.emulator), account.settings.region)


def test_settings_that_protect() -> None:
    check_settings(load("dev"))
    with pytest.raises(UserError) as caught:
        check_settings(load("prod"))
    assert str(caught.value) == (
        "prod is protected: set deletion_protection = false in environments/prod.toml, have that "
        "reviewed, and deploy it (`python -m automation deploy --env prod`) before you destroy"
    )


def test_a_database_that_the_account_still_protects(account: Account, clients: Clients) -> None:
    assert list(protected(clients, [DATABASE])) == []
    rds = account.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="dev-349081-database",
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        MasterUsername="admin",
        MasterUserPassword="correct-horse",
        AllocatedStorage=20,
        DeletionProtection=True,
    )
    with pytest.raises(UserError) as caught:
        check_account(clients, [DATABASE], account.settings)
    assert str(caught.value) == (
        "dev is protected in the account: database: database dev-349081-database: "
        "deletion_protection is false in environments/dev.toml, but not deployed: run "
        "`python -m automation deploy --env dev` before you destroy"
    )
    rds.modify_db_instance(DBInstanceIdentifier="dev-349081-database", DeletionProtection=False)
    check_account(clients, [DATABASE], account.settings)


def test_what_stays_of_the_database_is_deployed_as_it_is_configured() -> None:
    """Else a snapshot would be taken that nobody can read, or none where one was meant."""
    dev, replica = load("dev"), {"skip_final_snapshot": True, "replicate_source_db": "db"}
    as_configured = replace(DATABASE, attributes={"identifier": "db", "skip_final_snapshot": True})
    check_kept([as_configured], dev)
    keeping = dev.model_copy(
        update={"database": dev.database.model_copy(update={"final_snapshot": True})}
    )
    check_kept([replace(DATABASE, attributes={"identifier": "r", **replica})], keeping)
    with pytest.raises(UserError) as caught:
        check_kept([as_configured], keeping)
    assert str(caught.value) == (
        "db is not deployed as environments/dev.toml says (database.final_snapshot = true): run "
        "`python -m automation deploy --env dev` before you destroy"
    )
    other = replace(DATABASE, attributes={"identifier": "db", "skip_final_snapshot": False})
    with pytest.raises(UserError, match=r"\(database.final_snapshot = false\)"):
        check_kept([other], dev)


def test_a_load_balancer_that_the_account_still_protects(
    account: Account, clients: Clients
) -> None:
    subnets = account.client("ec2").describe_subnets()["Subnets"][:2]
    elbv2 = account.client("elbv2")
    arn = elbv2.create_load_balancer(Name="web", Subnets=[each["SubnetId"] for each in subnets])[
        "LoadBalancers"
    ][0]["LoadBalancerArn"]
    found = DeployedResource("application", "aws_lb", "web", {"arn": arn, "name": "web"})
    assert list(protected(clients, [found])) == []
    on = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=on)
    assert list(protected(clients, [found])) == ["application: load balancer web"]
    gone = DeployedResource("application", "aws_lb", "web", {"arn": f"{arn}0", "name": "web"})
    assert list(protected(clients, [gone])) == []


def test_what_holds_data_goes_only_if_it_was_deployed_so(clients: Clients) -> None:
    kept = DeployedResource(
        "storage", "aws_s3_bucket", "a", {"bucket": "logs", "force_destroy": False}
    )
    vault = DeployedResource(
        "audit", "aws_backup_vault", "b", {"name": "backup", "force_destroy": True}
    )
    assert list(protected(clients, [kept, vault])) == ["storage: bucket logs"]


def test_what_a_locked_vault_keeps_is_said_with_its_end(account: Account, clients: Clients) -> None:
    dev = account.settings
    backup, vault = account.client("backup"), {"BackupVaultName": "kept"}
    backup.create_backup_vault(**vault)
    backup.put_backup_vault_lock_configuration(**vault, MinRetentionDays=7)
    found = [DeployedResource("audit", "aws_backup_vault", "b", {"name": "kept"})]

    def check() -> None:
        check_backups(lambda _: clients, found, dev)

    check()
    backup.start_backup_job(
        **vault,
        ResourceArn=dev.naming.arn("rds", "db:one"),
        IamRoleArn=dev.naming.arn("iam", "role/backup", region=""),
        Lifecycle={"DeleteAfterDays": 35},
    )
    (point,) = backup.list_recovery_points_by_backup_vault(**vault)["RecoveryPoints"]
    end = f"{point['CalculatedLifecycle']['DeleteAt']:%Y-%m-%d}"
    with pytest.raises(UserError) as caught:
        check()
    assert str(caught.value) == (
        f"backup vault kept is locked and keeps recovery points (1) until {end}: wait for that, or "
        "set audit.backup_lock_days = 0 in environments/dev.toml, run `python -m automation "
        "bootstrap --env dev` and `python -m automation deploy --env dev` before you destroy"
    )
    backup.delete_backup_vault_lock_configuration(**vault)
    check()
    found.append(DeployedResource("audit", "aws_backup_vault", "gone", {"name": "gone"}))
    check()


@pytest.mark.parametrize("purpose", ["database-before-20261130120000", "restore-20261130120000"])
def test_an_instance_of_a_restore_holds_the_groups(
    account: Account, clients: Clients, purpose: str
) -> None:
    group = DeployedResource("database", "aws_db_subnet_group", "database", {})
    name = account.settings.naming.name(purpose)
    check_restored(clients, [group], account.settings)
    account.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        MasterUsername="admin",
        MasterUserPassword="correct-horse",
        AllocatedStorage=20,
    )
    check_restored(clients, [DATABASE], account.settings)
    with pytest.raises(UserError, match=f"^{name}: not in Terraform's state, and in the database"):
        check_restored(clients, [group], account.settings)
    account.client("rds").delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
