"""Settings of the audit tier."""

from typing import Annotated

from pydantic import AfterValidator, Field

from config.allowed import Form
from config.fields import Email, Region, RetentionDays, Section
from config.schedules import backup_cron

BackupSchedule = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(backup_cron),
    Form(
        "six cron fields in UTC: minute, hour, day, month, day of the week, year",
        '"cron(0 7 * * ? *)"',
    ),
]


class Audit(Section):
    """What is recorded about changes, and what can be restored."""

    trail_days: int = Field(2555, ge=90, le=3653, description="days that the trail is kept in S3")
    trail_log_group_days: RetentionDays = 365
    alarm_emails: tuple[Email, ...] = Field(
        (),
        max_length=50,
        description="addresses that hear of security, backups and what RDS reports; when empty, "
        "those of monitoring.alarm_emails",
    )
    backup_schedule: BackupSchedule = Field(
        "cron(0 7 * * ? *)", description="when AWS Backup makes a recovery point"
    )
    backup_days: int = Field(
        35, ge=1, le=36500, description="days that AWS Backup keeps a recovery point"
    )
    backup_lock_days: int = Field(
        7,
        ge=0,
        le=36500,
        description="days that recovery points are kept at least: the vault is locked (governance "
        "mode), so that none of them goes before its end unless somebody who may lifts the lock; "
        "without a lock 0",
    )
    backup_copy_region: Region | None = Field(
        None,
        description="another region to which every recovery point is copied, for as many days, "
        "into a vault with a key and a lock of its own; storage and transfer of copies cost",
    )
    backup_assets: bool = Field(
        True,
        description="whether AWS Backup takes the assets bucket as well: 0.05 dollars per GB and "
        "month in most regions, and requests for every object that is new",
    )
