"""Settings of the database tier."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from config.allowed import Form
from config.fields import DailyWindow, Section, WeeklyWindow
from config.mysql_names import database_name, user_name
from config.restore import Restore

DatabaseClass = Annotated[
    str,
    Field(pattern=r"^db\.[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*$", max_length=40),
    Form("an RDS instance class", "db.m7g.large"),
]
EngineVersion = Annotated[
    str,
    Field(pattern=r"^8\.4(\.[0-9]{1,3})?$"),
    Form("8.4, or one of its minor versions", "8.4.7"),
]
DatabaseName = Annotated[
    str,
    Field(pattern=r"^[a-zA-Z][a-zA-Z0-9_]*$", max_length=64),
    AfterValidator(database_name),
    Form("a letter, then letters, digits and _, no reserved word of MySQL", "app"),
]
UserName = Annotated[
    str,
    Field(pattern=r"^[a-zA-Z][a-zA-Z0-9]*$", max_length=16),
    AfterValidator(user_name),
    Form("a letter, then letters and digits, no reserved word of MySQL or RDS", "platform"),
]


class Database(Section):
    """RDS for MySQL."""

    engine_version: EngineVersion = Field(
        "8.4",
        description="MySQL of the 8.4 LTS line: 8.4 takes RDS's minor versions as they come, a "
        "minor version stays what it is",
    )
    instance_class: DatabaseClass = Field("db.m7g.large", description="the size of the instance")
    database_name: DatabaseName = Field("app", description="the name of the first schema")
    master_username: UserName = Field("platform", description="the name of the master user")
    managed_password: bool = Field(
        True,
        description="true: RDS makes and rotates the password; false: Terraform writes it once",
    )
    master_password_version: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="raise it to write a new password when managed_password is false",
    )
    allocated_storage_gib: int = Field(100, ge=20, le=59578, description="GiB that it starts with")
    max_allocated_storage_gib: int = Field(
        500,
        ge=22,
        le=65536,
        description="GiB that storage may grow to, at least 10 % above the start",
    )
    multi_az: bool = Field(True, description="keep a standby in another zone")
    read_replicas: int = Field(0, ge=0, le=5, description="number of read replicas")
    blue_green_updates: bool = Field(
        False,
        description="update through a blue/green deployment, which is never left to the "
        "maintenance window, and with which the backups of before are gone",
    )
    audit_log: bool = Field(
        True, description="log who connects, and what changes tables, users and rights"
    )
    general_log: bool = Field(
        False, description="log every statement with its values, which costs speed and storage"
    )
    slow_query_seconds: float = Field(
        1.0, ge=0.0, le=3600.0, description="seconds after which a statement is logged as slow"
    )
    backup_days: int = Field(
        14, ge=0, le=35, description="days that automated backups are kept; 0 turns them off"
    )
    final_snapshot: bool = Field(
        True,
        description="true: when the database is destroyed, a last snapshot, the backups and their "
        "key stay; false: nothing does",
    )
    backup_window: DailyWindow = Field("03:00-04:00", description="when automated backups are made")
    maintenance_window: WeeklyWindow = Field(
        "sun:04:30-sun:05:30",
        description="when RDS may change the instance, apart from the backups",
    )
    iam_authentication: bool = Field(
        False,
        description="let users of MySQL that are made for it sign in with a token of IAM instead "
        "of a password",
    )
    performance_insights: bool = Field(
        True,
        description="record what the database spends its time on, for CloudWatch Database Insights",
    )
    database_insights_mode: Literal["standard", "advanced"] = Field(
        "standard",
        description="standard: Database Insights shows seven days; advanced: fifteen months, "
        "plans and locks, at a price for each processor",
    )
    monitoring_interval_seconds: Literal[1, 5, 10, 15, 30, 60] = Field(
        60, description="seconds between operating system metrics"
    )
    ca_certificate: Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"] = Field(
        "rds-ca-rsa2048-g1", description="who signs the database's certificate"
    )
    apply_immediately: bool = Field(
        False, description="change now (true) or in the maintenance window (false)"
    )
    restore: Restore = Restore()

    @property
    def pinned(self) -> bool:
        """Whether `engine_version` is a minor version, which nothing but this setting changes."""
        return self.engine_version.count(".") > 1

    @property
    def small(self) -> bool:
        """Whether the class is one of those without Performance Insights.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PerfInsights.Overview.Engines.html
        """
        return self.instance_class.endswith((".micro", ".small"))

    @property
    def exported_logs(self) -> tuple[str, ...]:
        """The logs that RDS hands to CloudWatch, in its words."""
        chosen = {"audit": self.audit_log, "general": self.general_log}
        return tuple(sorted(("error", "slowquery", *(log for log in chosen if chosen[log]))))

    @property
    def long_query_time(self) -> str:
        """`slow_query_seconds` as MySQL's parameter of that name: six decimals at most."""
        return f"{self.slow_query_seconds:.6f}".rstrip("0").rstrip(".")
