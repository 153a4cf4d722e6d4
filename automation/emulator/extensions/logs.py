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
from moto.s3.models import FakeBucket, s3_backends

from automation.emulator.extensions.double import Double, Refused, not_found, several
from automation.emulator.extensions.kms import pending

_FIELDS = ("name", "queryString", "logGroupNames", "queryLanguage", "parameters")

_SERVICE = "delivery.logs.amazonaws.com"


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
        """
        answer = super().create_delivery()
        given = self.parameters()
        source = self.logs_backend.delivery_sources[given["deliverySourceName"]]
        for each in self.logs_backend.delivery_destinations.values():
            if each.arn == given["deliveryDestinationArn"]:
                arn = each.delivery_destination_configuration["destinationResourceArn"]
                self._allow_delivery(arn, source.arn)
        return answer

    def _allow_delivery(self, arn: str, source: str) -> None:
        bucket, folder = _destination(arn, self.current_account)
        if bucket is None:
            return
        wanted = _statement(
            "AWSLogsDeliveryWrite",
            "s3:PutObject",
            f"{bucket.arn}/AWSLogs/{self.current_account}/CloudFront/*",
            account=self.current_account,
            source=f"{source.rpartition(':')[0]}:*",
        )
        _allow(bucket, wanted, path=f"{bucket.arn}/{folder}it", source=source)

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


def _destination(arn: str, account: str) -> tuple[FakeBucket | None, str]:
    """The bucket that an ARN of S3 leads to, and the folder there, which ends in a slash."""
    name, _, folder = arn.rpartition(":")[2].partition("/")
    bucket = s3_backends[account]["aws"].buckets.get(name) if ":s3:" in arn else None
    return bucket, f"{folder.strip('/')}/" if folder.strip("/") else ""


def _allow(bucket: FakeBucket, wanted: Mapping[str, Any], *, path: str, source: str) -> None:
    """Append a statement to a bucket's policy, unless one delivers to that path already.

    Whether AWS takes another statement that allows the same for the documented one is not
    documented: here it does, if it has the documented conditions.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
    """
    policy = json.loads(bucket.policy or '{"Version": "2012-10-17", "Statement": []}')
    if not any(_delivers(each, wanted, path, source) for each in policy["Statement"]):
        policy["Statement"].append(wanted)
        bucket.policy = json.dumps(policy).encode()


def allow_flow_logs(arn: str, *, account: str, region: str) -> None:
    """What flow logs have to be allowed, in a bucket of whoever makes them.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    bucket, folder = _destination(arn, account)
    if bucket is None:
        return
    sources = f"arn:aws:logs:{region}:{account}:*"
    writes = f"{bucket.arn}/{folder}AWSLogs/{account}/*"
    _allow(
        bucket,
        _statement("AWSLogDeliveryWrite", "s3:PutObject", writes, account=account, source=sources),
        path=writes.replace("*", "it"),
        source=sources.replace("*", "it"),
    )
    _allow(
        bucket,
        _statement(
            "AWSLogDeliveryAclCheck", "s3:GetBucketAcl", bucket.arn, account=account, source=sources
        ),
        path=bucket.arn,
        source=sources.replace("*", "it"),
    )


def _statement(
    sid: str, action: str, resource: str, *, account: str, source: str
) -> dict[str, Any]:
    """A statement as it is documented; who writes leaves the object to the bucket's owner."""
    equals = {"aws:SourceAccount": account}
    if action == "s3:PutObject":
        equals = {"s3:x-amz-acl": "bucket-owner-full-control", **equals}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": _SERVICE},
        "Action": action,
        "Resource": resource,
        "Condition": {"StringEquals": equals, "ArnLike": {"aws:SourceArn": source}},
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
        and _SERVICE in several(services)
        and wanted["Action"] in several(statement.get("Action"))
        and any(fnmatchcase(path, each) for each in several(statement.get("Resource")))
        and equals == documented
        and any(fnmatchcase(source, each) for each in sources)
    )
