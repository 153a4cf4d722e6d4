"""What has to hold between the database's settings, its alarms and the others."""

from collections.abc import Iterator

from config.faults import Fault
from config.schedules import overlap
from config.settings import Settings


def _storage_growth(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    least = -(-database.allocated_storage_gib * 11 // 10)
    if database.max_allocated_storage_gib < least:
        yield Fault(
            "database.max_allocated_storage_gib",
            database.max_allocated_storage_gib,
            f"give at least {least}: 10 % above database.allocated_storage_gib",
            ("database.allocated_storage_gib",),
        )


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html
def _replicas(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if not database.read_replicas:
        return
    key, involves = "database.read_replicas", ("database.managed_password",)
    if database.managed_password:
        remedy = "set database.managed_password = false: RDS cannot manage it with replicas"
        yield Fault(key, database.read_replicas, remedy, involves)
    if database.blue_green_updates:
        remedy = "set database.blue_green_updates = false: it cannot be combined with replicas"
        yield Fault(key, database.read_replicas, remedy, ("database.blue_green_updates",))
    if database.backup_days < 1:
        remedy = "give at least 1: read replicas need automated backups"
        yield Fault("database.backup_days", database.backup_days, remedy, (key,))
    # RDS upgrades no source before its replicas, and Terraform a source always first.
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.MySQL.html
    if database.pinned:
        remedy = 'give "8.4": with read replicas RDS does upgrades itself, the replicas first'
        yield Fault("database.engine_version", f'"{database.engine_version}"', remedy, (key,))


# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/blue-green-deployments-considerations.html
def _blue_green(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if not database.blue_green_updates:
        return
    key = "database.blue_green_updates"
    if database.managed_password:
        remedy = (
            "set it to false, or database.managed_password: RDS makes no blue/green deployment of "
            "a database whose password it manages"
        )
        yield Fault(key, "true", remedy, ("database.managed_password",))
    if database.backup_days < 1:
        remedy = "give at least 1: blue/green updates need automated backups"
        yield Fault("database.backup_days", database.backup_days, remedy, (key,))


def _database_backups(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if settings.deletion_protection and database.backup_days < 7:
        remedy = "give at least 7 while deletion_protection is true"
        yield Fault("database.backup_days", database.backup_days, remedy, ("deletion_protection",))
    if settings.deletion_protection and not database.final_snapshot:
        remedy = "set it to true while deletion_protection is true"
        yield Fault("database.final_snapshot", "false", remedy, ("deletion_protection",))
    if overlap(database.backup_window, database.maintenance_window):
        yield Fault(
            "database.maintenance_window",
            f'"{database.maintenance_window}"',
            f"choose a window apart from database.backup_window ({database.backup_window})",
            ("database.backup_window",),
        )


def _database_monitoring(settings: Settings) -> Iterator[Fault]:
    database = settings.database
    if database.performance_insights and database.small:
        yield Fault(
            "database.performance_insights",
            "true",
            f"set it to false, or choose a class above small: {database.instance_class} lacks it",
            ("database.instance_class",),
        )
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DatabaseInsights.TurningOnAdvanced.html
    if database.database_insights_mode == "advanced" and not database.performance_insights:
        yield Fault(
            "database.database_insights_mode",
            '"advanced"',
            'give "standard", or set database.performance_insights = true: it shows what that '
            "records",
            ("database.performance_insights",),
        )


# RDS grows the storage when a tenth of it or less is free: what is below that, it could not help.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
_GROWS_AT = 10


def _free_storage(settings: Settings) -> Iterator[Fault]:
    key = "monitoring.thresholds.database_free_storage_gib"
    threshold, allocated = (
        settings.monitoring.thresholds.database_free_storage_gib,
        settings.database.allocated_storage_gib,
    )
    if threshold is not None and threshold * _GROWS_AT >= allocated:
        involved, most = "database.allocated_storage_gib", (allocated - 1) // _GROWS_AT
        remedy = (
            f"give at most {most}, less than 10 % of {involved}, which is {allocated}: RDS itself "
            "makes room before"
        )
        yield Fault(key, threshold, remedy, (involved,))


def _restore_checks(settings: Settings) -> Iterator[Fault]:
    """A report tells checks apart by their names."""
    checks = settings.database.restore.checks
    names = [each.name for each in checks]
    for number, name in enumerate(names):
        if name in names[:number]:
            key = f"database.restore.checks[{number}].name"
            yield Fault(key, f'"{name}"', "choose another name: there is such a check already")


RULES = (
    _storage_growth,
    _replicas,
    _blue_green,
    _database_backups,
    _database_monitoring,
    _free_storage,
    _restore_checks,
)
