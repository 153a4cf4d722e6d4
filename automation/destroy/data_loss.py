"""Finds the data that is lost with the resources of an environment."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from automation.aws.clients import Clients
from automation.aws.states import States

HARMLESS = frozenset(
    (
        "aws_acm_certificate",
        "aws_acm_certificate_validation",
        "aws_autoscaling_group",
        "aws_autoscaling_lifecycle_hook",
        "aws_autoscaling_policy",
        "aws_autoscaling_schedule",
        "aws_backup_plan",
        "aws_backup_selection",
        "aws_backup_vault_lock_configuration",
        "aws_backup_vault_notifications",
        "aws_cloudfront_distribution",
        "aws_cloudfront_origin_access_control",
        "aws_cloudfront_response_headers_policy",
        "aws_cloudfront_vpc_origin",
        "aws_cloudtrail",
        "aws_cloudwatch_composite_alarm",
        "aws_cloudwatch_dashboard",
        "aws_cloudwatch_log_delivery",
        "aws_cloudwatch_log_delivery_destination",
        "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_log_resource_policy",
        "aws_cloudwatch_metric_alarm",
        "aws_cloudwatch_query_definition",
        "aws_db_event_subscription",
        "aws_db_option_group",
        "aws_db_parameter_group",
        "aws_db_subnet_group",
        "aws_default_security_group",
        "aws_eip",
        "aws_flow_log",
        "aws_iam_instance_profile",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_egress_only_internet_gateway",
        "aws_internet_gateway",
        "aws_kms_alias",
        "aws_launch_template",
        "aws_lb",
        "aws_lb_listener",
        "aws_lb_listener_rule",
        "aws_lb_target_group",
        "aws_nat_gateway",
        "aws_route",
        "aws_route53_health_check",
        "aws_route53_query_log",
        "aws_route53_record",
        "aws_route_table",
        "aws_route_table_association",
        "aws_s3_access_point",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_s3_object",
        "aws_secretsmanager_secret_policy",
        "aws_secretsmanager_secret_version",
        "aws_security_group",
        "aws_sns_topic",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
        "aws_ssm_parameter",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_endpoint",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_wafv2_web_acl",
        "aws_wafv2_web_acl_logging_configuration",
        "aws_xray_group",
        "aws_xray_sampling_rule",
    )
)


@dataclass(frozen=True)
class DeployedResource:
    """A resource as it was deployed; its attributes may be secret, so they are never shown."""

    stack: str
    type: str
    name: str
    attributes: Mapping[str, Any] = field(repr=False)

    @property
    def address(self) -> str:
        """Its address in the stack."""
        return f"{self.type}.{self.name}"

    def text(self, attribute: str) -> str:
        """An attribute that is a text; empty when it has none."""
        return str(self.attributes.get(attribute) or "")

    @property
    def region(self) -> str:
        """Where it is, by its ARN; empty for what has no region."""
        parts = self.text("arn").split(":")
        return parts[3] if len(parts) > 3 else ""


def resources(states: States, stacks: Iterable[str]) -> Iterator[DeployedResource]:
    """Every resource in the states of stacks."""
    for stack in stacks:
        for found in states.document(stack)["resources"]:
            if found["mode"] == "managed":
                for instance in found["instances"]:
                    yield DeployedResource(
                        stack, found["type"], found["name"], instance["attributes"]
                    )


# A bucket of logs may hold millions of objects: a thousand a call, enough to know what is at stake.
_PAGES = 10
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


@dataclass(frozen=True)
class Loss:
    """Something that holds data, how much it holds, and whether a copy is kept."""

    stack: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.what}: {self.detail}"


def staying(resource: DeployedResource) -> str:
    """What outlives the environment, in words; whoever needs it no more has to end it by hand."""
    line = f"{resource.stack}: {LOOKS.get(resource.type, (resource.type,))[0]} {_name(resource)}"
    if resource.type != "aws_kms_key":
        return line
    id_ = resource.text("key_id")
    return (
        f"{line}: it encrypts the last snapshot and the backups: without them, `aws kms "
        f"schedule-key-deletion --key-id {id_} --region {resource.region}`"
    )


def losses(
    clients: Callable[[str], Clients], resources: Iterable[DeployedResource]
) -> Iterator[Loss]:
    """Each resource that holds data, or may; `clients` gives those of a region."""
    for resource in resources:
        if resource.type in HARMLESS:
            continue
        what, describe = LOOKS.get(resource.type, (resource.type, _unknown))
        try:
            detail = describe(clients(resource.region), resource)
        except ClientError as error:
            detail = f"AWS does not tell: {error.response.get('Error', {}).get('Code')}"
        yield Loss(resource.stack, f"{what} {_name(resource)}", detail)


def _name(resource: DeployedResource) -> str:
    keys = ("identifier", "bucket", "name", "id")
    return next((text for key in keys if (text := resource.text(key))), resource.name)


def size(number: float) -> str:
    """An amount of bytes in its largest unit."""
    unit = 0
    while number >= 1024 and unit < len(_UNITS) - 1:
        number, unit = number / 1024, unit + 1
    return f"{number:.1f} {_UNITS[unit]}" if unit else f"{number:.0f} bytes"


def _bucket(clients: Clients, resource: DeployedResource) -> str:
    """Every version counts.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    pages = clients.s3.get_paginator("list_object_versions").paginate(
        Bucket=resource.text("bucket")
    )
    seen = list(islice(pages, _PAGES))
    sizes = [each.get("Size", 0) for page in seen for each in page.get("Versions", [])]
    more = "more than " if seen and seen[-1].get("IsTruncated") else ""
    return f"{more}{_count(sizes, 'object version')}, {more}{size(sum(sizes))}"


def _database(_: Clients, resource: DeployedResource) -> str:
    """As it was deployed: Terraform goes by its state.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    """
    final = resource.text("final_snapshot_identifier")
    skipped = resource.attributes.get("skip_final_snapshot")
    snapshot = "no final snapshot" if skipped else f"kept as the final snapshot {final}"
    if resource.text("replicate_source_db"):
        return "a read replica: its source has the data"
    deleted = resource.attributes.get("delete_automated_backups", True)
    backups = "deleted with it" if deleted else "kept until they expire"
    stored = resource.attributes.get("allocated_storage")
    return f"{stored} GiB, {snapshot}, automated backups {backups}"


def _log_group(clients: Clients, resource: DeployedResource) -> str:
    name = resource.text("name")
    pages = clients.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    stored = sum(
        group.get("storedBytes", 0)
        for page in pages
        for group in page["logGroups"]
        if group.get("logGroupName") == name
    )
    return size(stored)


def _vault(clients: Clients, resource: DeployedResource) -> str:
    pages = clients.backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName=resource.text("name")
    )
    return _count([each for page in pages for each in page["RecoveryPoints"]], "recovery point")


def _secret(_: Clients, resource: DeployedResource) -> str:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html."""
    days = resource.attributes.get("recovery_window_in_days")
    if not days:
        return "gone at once, and its name is free"
    return f"can be restored for {days} days, for which nothing else can have its name"


def _key(_: Clients, resource: DeployedResource) -> str:
    """https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html."""
    days = resource.attributes.get("deletion_window_in_days") or 30
    lost = "all that it encrypts, snapshots too, is unreadable from then on"
    return (
        f"of no use from now on, deleted after {days} days (until then `aws kms "
        f"cancel-key-deletion --key-id {resource.text('key_id')}`): {lost}"
    )


def _zone(_: Clients, __: DeployedResource) -> str:
    return "a new one has other name servers, which the registrar has to be told"


def _unknown(_: Clients, __: DeployedResource) -> str:
    return "whether it holds data is not known here: see for yourself"


def _count(items: Sequence[object], noun: str) -> str:
    return f"{len(items)} {noun}{'' if len(items) == 1 else 's'}"


LOOKS: Mapping[str, tuple[str, Callable[[Clients, DeployedResource], str]]] = {
    "aws_s3_bucket": ("bucket", _bucket),
    "aws_db_instance": ("database", _database),
    "aws_backup_vault": ("backup vault", _vault),
    "aws_secretsmanager_secret": ("secret", _secret),
    "aws_cloudwatch_log_group": ("log group", _log_group),
    "aws_kms_key": ("key", _key),
    "aws_route53_zone": ("hosted zone", _zone),
}
