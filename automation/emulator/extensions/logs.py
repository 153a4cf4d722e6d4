"""CloudWatch Logs: query definitions (saved queries), deliveries to buckets, flow logs.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
"""

import json
import time
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, ClassVar

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.logs.responses import LogsResponse
from moto.s3.models import FakeBucket, s3_backends

from automation.emulator.extensions.double import Double, Refused, not_found, several
from automation.emulator.extensions.kms import pending

_SERVICE = "delivery.logs.amazonaws.com"
_FORMAT = {
    "FileFormat": "plain-text",
    "HiveCompatiblePartitions": False,
    "PerHourPartition": False,
}
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
        """
        answer = super().create_delivery()
        given = self.parameters()
        source = self.logs_backend.delivery_sources[given["deliverySourceName"]]
        for each in self.logs_backend.delivery_destinations.values():
            if each.arn == given["deliveryDestinationArn"]:
                arn = each.delivery_destination_configuration["destinationResourceArn"]
                self._let_in(arn, source.arn)
        return answer

    def _let_in(self, destination: str, source: str) -> None:
        bucket, folder = _bucket(self.current_account, self.partition, destination)
        if bucket is not None:
            own = f"{bucket.arn}/AWSLogs/{self.current_account}/CloudFront/*"
            sources = f"{source.rpartition(':')[0]}:*"
            write = _statement("AWSLogsDeliveryWrite", own, sources, self.current_account)
            _let_in(bucket, ((write, "/".join(filter(None, (bucket.arn, folder, "it")))),), source)

    def filter_log_events(self) -> str:
        """Of streams whose names begin so, too, which moto takes no notice of; in order of time.

        https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
        """
        given = self.parameters()
        group, prefix = self._group(given), given.get("logStreamNamePrefix")
        names = given.get("logStreamNames", [])
        if prefix and names:
            message = "logStreamNames and logStreamNamePrefix are mutually exclusive."
            raise Refused("InvalidParameterException", message)
        if prefix:
            names = [each for each in group.streams if each.startswith(prefix)]
            if not names:
                return json.dumps({"events": [], "searchedLogStreams": []})
        events, token, _ = self.logs_backend.filter_log_events(
            group.name,
            names,
            given.get("startTime", 0),
            given.get("endTime", 0),
            given.get("limit"),
            given.get("nextToken"),
            given.get("filterPattern", ""),
            interleaved=True,
        )
        # Which streams were searched is told no more.
        answer = {"events": events, "nextToken": token, "searchedLogStreams": []}
        return json.dumps({name: value for name, value in answer.items() if value is not None})

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


def _let_in(
    bucket: FakeBucket, wanted: Sequence[tuple[Mapping[str, Any], str]], source: str
) -> None:
    """Append each statement that the policy lacks, by a resource of which it has to allow it.

    Whether AWS takes another statement that allows the same for the documented one is not
    documented: here it does.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html
    """
    text = bucket.policy or '{"Version": "2012-10-17", "Statement": []}'
    policy = json.loads(text)
    missing = [
        statement
        for statement, sample in wanted
        if not any(_delivers(each, statement, sample, source) for each in policy["Statement"])
    ]
    if missing:
        policy["Statement"] += missing
        bucket.policy = json.dumps(policy).encode()


def _delivers(
    statement: Mapping[str, Any], wanted: Mapping[str, Any], sample: str, source: str
) -> bool:
    """Whether a statement allows what is wanted of a resource, under the documented conditions."""
    principal, condition = statement.get("Principal"), statement.get("Condition", {})
    services = principal.get("Service") if isinstance(principal, dict) else None
    sources = several(condition.get("ArnLike", {}).get("aws:SourceArn"))
    equals = {name: several(each) for name, each in condition.get("StringEquals", {}).items()}
    documented = {name: [each] for name, each in wanted["Condition"]["StringEquals"].items()}
    return (
        statement["Effect"] == "Allow"
        and _SERVICE in several(services)
        and wanted["Action"] in several(statement.get("Action"))
        and any(fnmatchcase(sample, each) for each in several(statement.get("Resource")))
        and equals == documented
        and any(fnmatchcase(source, each) for each in sources)
    )


def bucket_of(destination: str) -> str:
    """The ARN of a bucket without the folder, which moto takes for a part of its name."""
    return destination.partition("/")[0]


def need_new_flow_logs(ec2: EC2Backend, parameters: Mapping[str, Any]) -> None:
    """Refuse flow logs that are there already.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateFlowLogs.html
    """
    given = (parameters["LogDestination"], set(parameters["ResourceIds"]))
    for each in ec2.flow_logs.values():
        if each.log_destination == given[0] and each.resource_id in given[1]:
            message = (
                "There is an existing Flow Log with the same configuration and log destination."
            )
            raise Refused("FlowLogAlreadyExists", message)


def deliver_flow_logs(ec2: EC2Backend, made: list[str], parameters: Mapping[str, Any]) -> None:
    """Keep what moto drops of flow logs to a folder, and see that the bucket lets them in.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3.html
    """
    destination = parameters["LogDestination"]
    for id_ in made:
        found = ec2.flow_logs[id_]
        found.log_destination = destination
        given = parameters.get("DestinationOptions", {})
        found.destination_options = {**_FORMAT, **given}  # type: ignore[attr-defined]
    bucket, folder = _bucket(ec2.account_id, ec2.partition, destination)
    if made and bucket is not None:
        hive = parameters.get("DestinationOptions", {}).get("HiveCompatiblePartitions")
        logs = "/".join(filter(None, (bucket.arn, folder, "AWSLogs")))
        path = f"{logs}/{'aws-account-id=' if hive else ''}{ec2.account_id}"
        source = f"arn:aws:logs:{ec2.region_name}:{ec2.account_id}:*"
        write = _statement("AWSLogDeliveryWrite", f"{path}/*", source, ec2.account_id)
        check = _statement("AWSLogDeliveryAclCheck", bucket.arn, source, ec2.account_id)
        _let_in(bucket, ((write, f"{path}/it"), (check, bucket.arn)), source)


def _bucket(account: str, partition: str, destination: str) -> tuple[FakeBucket | None, str]:
    """The bucket that a destination is in, if it is in one, and the folder."""
    name, _, folder = destination.rpartition(":")[2].partition("/")
    found = s3_backends[account][partition].buckets.get(name) if ":s3:" in destination else None
    return found, folder


def _statement(sid: str, resource: str, sources: str, account: str) -> dict[str, Any]:
    """What is documented to write objects below a path, or to look at a whole bucket first.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    writes = resource.endswith("*")
    equals = {"s3:x-amz-acl": "bucket-owner-full-control"} if writes else {}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": _SERVICE},
        "Action": "s3:PutObject" if writes else "s3:GetBucketAcl",
        "Resource": resource,
        "Condition": {
            "StringEquals": {**equals, "aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": sources},
        },
    }
