"""How MySQL runs."""

from cdktf_cdktf_provider_aws.db_parameter_group import (
    DbParameterGroup,
    DbParameterGroupParameter,
)
from constructs import Construct

from config.database import Database
from config.naming import Naming


class ParameterGroup(Construct):
    """MySQL 8.4 with TLS required and its queries logged to files, which RDS exports.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.MySQL.LogFileSize.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        database: Database,
    ) -> None:
        super().__init__(scope, id_)
        values = {
            "general_log": "1" if database.general_log else "0",
            "log_output": "FILE",
            "long_query_time": database.long_query_time,
            "require_secure_transport": "1",
            "slow_query_log": "1",
        }
        group = DbParameterGroup(
            self,
            "parameter-group",
            name=naming.name("mysql84"),
            family="mysql8.4",
            description="TLS required, queries logged",
            parameter=[
                DbParameterGroupParameter(name=name, value=value, apply_method="immediate")
                for name, value in values.items()
            ],
        )
        self.name: str = group.name
