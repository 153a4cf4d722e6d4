"""How MySQL runs."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_parameter_group import (
    DbParameterGroup,
    DbParameterGroupParameter,
)
from constructs import Construct

from config.database import Database
from config.naming import Naming

FAMILY = "mysql8.4"
DESCRIPTION = "TLS required, queries logged"


class ParameterGroup(Construct):
    """MySQL 8.4 with TLS required and its queries logged to files, which RDS exports.

    A group of another family is made before the instance moves to it, and this one goes after that.
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
            name=naming.replaceable(FAMILY.replace(".", ""), FAMILY, DESCRIPTION),
            family=FAMILY,
            description=DESCRIPTION,
            parameter=[
                DbParameterGroupParameter(name=name, value=value, apply_method="immediate")
                for name, value in values.items()
            ],
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.name: str = group.name
