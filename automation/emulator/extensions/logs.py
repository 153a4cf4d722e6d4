"""CloudWatch Logs: query definitions (saved Logs Insights queries), and deliveries to buckets.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.logs.responses import LogsResponse
from moto.s3.models import s3_backends

from automation.emulator.extensions.double import Double, Refused, not_found, several
from automation.emulator.extensions.kms import pending

_FIELDS = ("name", "queryString", "logGroupNames", "queryLanguage", "parameters")


class Logs(LogsResponse, Double):
    """Definitions by region and id."""

    _definitions: ClassVar[dict[str, dict[str, dict[str, Any]]]] = defaultdict(dict)

    def create_log_group(self) -> str:
        """With a key that serves.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
        """
        self._need_key(self.parameters(), "logGroupName")
        return super().create_log_group()

    def associate_kms_key(self) -> str:
        """With a key that serves.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html
        """
        given = self.parameters()
        self._need_key(given, "logGroupName")
        self._group(given).kms_key_id = given["kmsKeyId"]
        return ""

    def disassociate_kms_key(self) -> str:
        """What comes from now on is encrypted with the service's own key.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html
        """
        self._group(self.parameters()).kms_key_id = None
        return ""

    def _group(self, given: Mapping[str, Any]) -> Any:
        name = given.get("logGroupName") or given["resourceIdentifier"].split(":")[6]
        if name not in self.logs_backend.groups:
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        return self.logs_backend.groups[name]

    def _need_key(self, given: Mapping[str, Any], name: str) -> None:
        """The code is documented of keys that are disabled; the message is that of unknown keys.

        https://github.com/hashicorp/terraform/issues/24194
        Message form not confirmed for a key that waits for its deletion.
        """
        if pending(given.get("kmsKeyId"), self.current_account, self.region):
            message = f"The specified KMS Key Id could not be found. '{given.get(name)}'"
            raise Refused("InvalidParameterException", message)

    def create_delivery(self) -> str:
        """To a bucket whose policy lacks the documented statement, which AWS then appends.

        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
        Whether AWS takes another statement that allows the same for the documented one is not
        documented: here it does.
        """
        answer = super().create_delivery()
        given = self.parameters()
        source = self.logs_backend.delivery_sources[given["deliverySourceName"]]
        for each in self.logs_backend.delivery_destinations.values():
            if each.arn == given["deliveryDestinationArn"]:
                arn = each.delivery_destination_configuration["destinationResourceArn"]
                self._allow_delivery(arn, source.arn)
        return answer

    def _allow_delivery(self, destination: str, source: str) -> None:
        name, _, folder = destination.rpartition(":")[2].partition("/")
        bucket = s3_backends[self.current_account][self.partition].buckets.get(name)
        if ":s3:" not in destination or bucket is None:
            return
        text = bucket.policy or '{"Version": "2012-10-17", "Statement": []}'
        policy = json.loads(text)
        sample = f"{bucket.arn}/{folder}/it".replace("//", "/")
        wanted = _delivery(bucket.arn, source, self.current_account)
        if not any(_delivers(each, wanted, sample, source) for each in policy["Statement"]):
            policy["Statement"].append(wanted)
            bucket.policy = json.dumps(policy).encode()

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


def _delivery(bucket: str, source: str, account: str) -> dict[str, Any]:
    """The statement as it is documented."""
    sources = f"{source.rpartition(':')[0]}:*"
    return {
        "Sid": "AWSLogsDeliveryWrite",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{bucket}/AWSLogs/{account}/CloudFront/*",
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceAccount": account,
            },
            "ArnLike": {"aws:SourceArn": sources},
        },
    }


def _delivers(
    statement: Mapping[str, Any], wanted: Mapping[str, Any], path: str, source: str
) -> bool:
    """Whether a statement allows a delivery to a path, under the documented conditions."""
    principal, condition = statement.get("Principal"), statement.get("Condition", {})
    services = principal.get("Service") if isinstance(principal, dict) else None
    sources = several(condition.get("ArnLike", {}).get("aws:SourceArn"))
    equals = {name: several(each) for name, each in condition.get("StringEquals", {}).items()}
    documented = {name: [each] for name, each in wanted["Condition"]["StringEquals"].items()}
    return (
        statement["Effect"] == "Allow"
        and "delivery.logs.amazonaws.com" in several(services)
        and "s3:PutObject" in several(statement.get("Action"))
        and any(fnmatchcase(path, each) for each in several(statement.get("Resource")))
        and equals == documented
        and any(fnmatchcase(source, each) for each in sources)
    )
