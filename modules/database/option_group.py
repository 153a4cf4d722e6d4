"""What RDS adds to MySQL: the plugin that writes the audit log."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_option_group import (
    DbOptionGroup,
    DbOptionGroupOption,
    DbOptionGroupOptionOptionSettings,
)
from constructs import Construct

from config.database import Database
from config.naming import Naming

AUDITED = ("CONNECT", "QUERY_DDL", "QUERY_DCL")


class OptionGroup(Construct):
    """The audit log by choice: who connects, and what changes tables, users and rights.

    Without the choice the group is empty: an instance that was given none keeps the one it had.
    Snapshots keep theirs, too, and RDS deletes no group that one has. Where snapshots outlive the
    database, so does the group; the provider ends its name with the time at which it was made, so
    that the next one is another.
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.MySQL.Options.AuditPlugin.html
    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html
    """

    def __init__(self, scope: Construct, id_: str, *, naming: Naming, database: Database) -> None:
        super().__init__(scope, id_)
        group = DbOptionGroup(
            self,
            "option-group",
            name_prefix=f"{naming.name('mysql84')}-",
            engine_name="mysql",
            major_engine_version="8.4",
            option_group_description="Audit log",
            option=[_audit_plugin()] if database.audit_log else [],
            skip_destroy=database.final_snapshot,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.name: str = group.name


def _audit_plugin() -> DbOptionGroupOption:
    return DbOptionGroupOption(
        option_name="MARIADB_AUDIT_PLUGIN",
        option_settings=[
            DbOptionGroupOptionOptionSettings(name="SERVER_AUDIT_EVENTS", value=",".join(AUDITED))
        ],
    )
