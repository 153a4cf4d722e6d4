"""Settings of the audit tier."""

from pydantic import Field

from config.fields import Email, RetentionDays, Section


class Audit(Section):
    """What is recorded about changes, and what can be restored."""

    trail_days: int = Field(
        2555, ge=90, le=3653, description="days that the trail is kept in S3, 90 to 3653"
    )
    trail_log_group_days: RetentionDays = 365
    alarm_emails: tuple[Email, ...] = Field(
        (),
        description="addresses that hear of security, backups and what RDS reports; when empty, "
        "those of monitoring.alarm_emails",
    )
    backup_schedule: str = Field(
        "cron(0 7 * * ? *)",
        pattern=r"^cron\((\S+ ){5}\S+\)$",
        description='six cron fields in UTC, such as "cron(0 7 * * ? *)"',
    )
    backup_days: int = Field(
        35, ge=1, le=36500, description="days that AWS Backup keeps a recovery point, from 1"
    )
