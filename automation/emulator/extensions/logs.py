"""CloudWatch Logs: query definitions (saved Logs Insights queries).

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

import time
import uuid
from collections import defaultdict
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.logs.responses import LogsResponse

from automation.emulator.extensions.double import Double, Refused, not_found
from automation.emulator.extensions.kms import pending

_FIELDS = ("name", "queryString", "logGroupNames", "queryLanguage", "parameters")


class Logs(LogsResponse, Double):
    """Definitions by region and id."""

    _definitions: ClassVar[dict[str, dict[str, dict[str, Any]]]] = defaultdict(dict)

    def create_log_group(self) -> str:
        """With a key that serves.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
        """
        key = self.parameters().get("kmsKeyId")
        if pending(key, self.current_account, self.region):
            message = f"The specified KMS key does not exist or is not allowed to be used: {key}"
            raise Refused("InvalidParameterException", message)
        return super().create_log_group()

    def put_query_definition(self) -> ActionResult:
        """Create a definition, or replace the one whose id is given."""
        given = self.parameters()
        id_ = given.get("queryDefinitionId")
        if id_ is not None and id_ not in self._definitions[self.region]:
            raise not_found("ResourceNotFoundException", f"query definition {id_}")
        id_ = id_ or str(uuid.uuid4())
        self._definitions[self.region][id_] = {
            "queryDefinitionId": id_,
            "lastModified": int(time.time() * 1000),
            **{name: given[name] for name in _FIELDS if name in given},
        }
        return ActionResult({"queryDefinitionId": id_})

    def describe_query_definitions(self) -> ActionResult:
        """Definitions whose names start with the prefix."""
        prefix = self.parameters().get("queryDefinitionNamePrefix") or ""
        definitions = self._definitions[self.region].values()
        found = [each for each in definitions if each["name"].startswith(prefix)]
        return ActionResult({"queryDefinitions": found})

    def delete_query_definition(self) -> ActionResult:
        """Delete a definition."""
        id_ = self.parameters()["queryDefinitionId"]
        if self._definitions[self.region].pop(id_, None) is None:
            raise not_found("ResourceNotFoundException", f"query definition {id_}")
        return ActionResult({"success": True})
