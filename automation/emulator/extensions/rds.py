"""RDS: what an instance and a parameter group forget.

An instance that forgets its certificate authority has another one than was asked for, so that the
provider modifies it right after creation and waits for 80 seconds more.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
"""

import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.rds.models import DBInstance
from moto.rds.responses import RDSResponse

from automation.emulator.extensions.double import remember

_DEFAULT_AUTHORITY = "rds-ca-rsa2048-g1"
# By the name in requests, the name in answers.
_FORGOTTEN = {
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
}


class Rds(RDSResponse):
    """Instances as AWS describes them."""

    def create_db_instance(self) -> ActionResult:
        """AWS's default authority, and an id of its own."""
        given = self.params.original_dict()
        self.params.setdefault("ca_certificate_identifier", _DEFAULT_AUTHORITY)
        result = super().create_db_instance()
        return self._complete(result, given)

    def create_db_instance_read_replica(self) -> ActionResult:
        """Moto's replica is a copy that shares its primary's list of replicas."""
        given = self.params.original_dict()
        result = super().create_db_instance_read_replica()
        replica = self._instance(given)
        replica.replicas = []
        return self._complete(result, given)

    def modify_db_instance(self) -> ActionResult:
        """Change what moto does not know of, too."""
        given = self.params.original_dict()
        result = super().modify_db_instance()
        self._remember(self._instance(given), given)
        return result

    def modify_db_parameter_group(self) -> ActionResult:
        """A parameter that somebody set has the source "user"."""
        result = super().modify_db_parameter_group()
        group = self.backend.db_parameter_groups[self.params["DBParameterGroupName"]]
        for parameter in group.parameters.values():
            parameter["Source"] = "user"
        return result

    def _complete(self, result: ActionResult, given: dict[str, Any]) -> ActionResult:
        instance = self._instance(given)
        instance.dbi_resource_id = f"db-{uuid.uuid4().hex.upper()[:26]}"
        self._remember(instance, given)
        return result

    def _remember(self, instance: DBInstance, given: dict[str, Any]) -> None:
        answers = {_FORGOTTEN[name]: given[name] for name in _FORGOTTEN if name in given}
        remember(instance, answers, answers)

    def _instance(self, given: dict[str, Any]) -> DBInstance:
        return self.backend.databases[given["DBInstanceIdentifier"]]
