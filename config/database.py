"""Settings of the database tier."""

from typing import Annotated

from pydantic import Field

from config.fields import DailyWindow, Section, WeeklyWindow

DatabaseClass = Annotated[
    str,
    Field(
        pattern=r"^db\.[a-z][a-z0-9]*\.[a-z0-9]+$",
        description="an RDS instance class, such as db.m7g.large",
    ),
]


class Database(Section):
    """RDS for MySQL."""

    engine_version: str = Field(
        "8.4",
        pattern=r"^8\.4(\.\d+)?$",
        description="MySQL 8.4 (the LTS line), or one of its minor versions such as 8.4.7",
    )
    instance_class: DatabaseClass = "db.m7g.large"
    database_name: str = Field(
        "app",
        pattern=r"^[a-zA-Z][a-zA-Z0-9_]{0,63}$",
        description="name of the first schema: a letter, then letters, digits and _, at most 64",
    )
    master_username: str = Field(
        "platform",
        pattern=r"^[a-zA-Z][a-zA-Z0-9]{0,15}$",
        description="a letter, then letters and digits, at most 16",
    )
    managed_password: bool = Field(
        True,
        description="true: RDS makes and rotates the password; false: Terraform writes it once",
    )
    master_password_version: int = Field(
        1, ge=1, description="raise it to write a new password when managed_password is false"
    )
    allocated_storage_gib: int = Field(100, ge=20, le=65536, description="GiB, 20 to 65536")
    max_allocated_storage_gib: int = Field(
        500,
        ge=22,
        le=65536,
        description="GiB that storage may grow to, at least 10 % above the start",
    )
    multi_az: bool = Field(True, description="keep a standby in another zone: true or false")
    read_replicas: int = Field(0, ge=0, le=5, description="number of read replicas, 0 to 5")
    blue_green_updates: bool = Field(
        False, description="update through a blue/green deployment: true or false"
    )
    general_log: bool = Field(True, description="log every statement, for auditing: true or false")
    slow_query_seconds: float = Field(
        1.0, ge=0.0, le=3600.0, description="seconds after which a statement is logged as slow"
    )
    backup_days: int = Field(
        14, ge=0, le=35, description="days that automated backups are kept, 0 (off) to 35"
    )
    backup_window: DailyWindow = "03:00-04:00"
    maintenance_window: WeeklyWindow = "sun:04:30-sun:05:30"
    performance_insights: bool = Field(
        True, description="record what the database spends its time on: true or false"
    )
    monitoring_interval_seconds: int = Field(
        60, description="seconds between operating system metrics: 1, 5, 10, 15, 30 or 60"
    )
    ca_certificate: str = Field(
        "rds-ca-rsa2048-g1",
        pattern=r"^rds-ca-(rsa2048|rsa4096|ecc384)-g1$",
        description="rds-ca-rsa2048-g1, rds-ca-rsa4096-g1 or rds-ca-ecc384-g1",
    )
    apply_immediately: bool = Field(
        False, description="change now (true) or in the maintenance window (false)"
    )
