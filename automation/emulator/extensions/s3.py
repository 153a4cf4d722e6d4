"""S3: bucket policies that moto misjudges; owners and access points that it does not look at.

PutBucketLogging compares the log bucket's policy with three exact resources, and takes one
resource, not a list. And a statement with a condition, which AWS applies only where the condition
holds, denies everything.
"""

import json
import re
from http import HTTPStatus
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.exceptions import BucketNotEmpty, S3ClientError
from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.s3.responses import S3Response
from moto.s3control.models import AccessPoint, S3ControlBackend, s3control_backends

from automation.emulator.extensions.double import absent_principals, several

_ARN = re.compile(r"arn:[\w-]+:s3:::(?P<bucket>[^/]*)")
_NOT_EMPTY = "The bucket you tried to delete is not empty"
_VERSIONS = "You must delete all versions in the bucket."
_HAS_ACCESS_POINTS = (
    "The bucket you tried to delete has access points attached. Delete your access points before"
    " deleting your bucket."
)


def install() -> None:
    """Have moto's buckets judge a policy as AWS does, and leave services' rights to `rights`."""
    FakeBucket._log_permissions_enabled_policy = staticmethod(lambda **_: True)  # type: ignore[assignment,method-assign]
    FakeBucket.get_permission = _permission  # type: ignore[assignment,method-assign]
    _heed_expected_owner()
    _heed_access_points()
    _name_versions()
    _check_policies()


def _check_policies() -> None:
    """Take a bucket's policy that is about the bucket, and about principals that are there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    put = S3Backend.put_bucket_policy

    def put_bucket_policy(self: S3Backend, bucket_name: str, policy: bytes) -> None:
        if absent_principals(policy, self.account_id):
            raise S3ClientError("MalformedPolicy", "Invalid principal in policy")
        if any(each != bucket_name for each in _buckets(policy)):
            raise S3ClientError("MalformedPolicy", "Policy has invalid resource")
        put(self, bucket_name, policy)

    S3Backend.put_bucket_policy = put_bucket_policy  # type: ignore[method-assign]


def _buckets(policy: bytes) -> list[str]:
    """The buckets that a policy names; what has wildcards names none."""
    statements = json.loads(policy)["Statement"]
    found = [
        _ARN.match(resource)
        for each in ([statements] if isinstance(statements, dict) else statements)
        for resource in (*several(each.get("Resource")), *several(each.get("NotResource")))
    ]
    names = [each["bucket"] for each in found if each]
    return [each for each in names if not set("*?") & set(each)]


def _name_versions() -> None:
    """Say of a bucket with versions that these are what it holds; the model lacks the status.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    The messages are those that users of the provider report of either kind of bucket.
    """
    delete = S3Response.delete_bucket

    def delete_bucket(self: S3Response) -> Any:
        try:
            return delete(self)
        except BucketNotEmpty:
            versioned = self.backend.get_bucket(self.bucket_name).versioning_status
            message = f"{_NOT_EMPTY}. {_VERSIONS}" if versioned else _NOT_EMPTY
            error = S3ClientError("BucketNotEmpty", message)
            _, headers, body = self.serialized(ActionResult(error))
            return HTTPStatus.CONFLICT, headers, body

    S3Response.delete_bucket = delete_bucket  # type: ignore[method-assign]


def _heed_access_points() -> None:
    """Keep a bucket that access points lead to, from its region and by their aliases, too.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
    """
    delete = S3Backend.delete_bucket

    def delete_bucket(self: S3Backend, bucket_name: str) -> FakeBucket | None:
        points = s3control_backends[self.account_id][self.partition].access_points
        if any(each.bucket == bucket_name for each in points[self.account_id].values()):
            raise S3ClientError("BucketHasAccessPointsAttached", _HAS_ACCESS_POINTS)
        return delete(self, bucket_name)

    S3Backend.delete_bucket = delete_bucket  # type: ignore[method-assign]

    create = S3ControlBackend.create_access_point

    def create_access_point(self: S3ControlBackend, *args: Any, **kwargs: Any) -> AccessPoint:
        point = create(self, *args, **kwargs)
        bucket = s3_backends[self.account_id][self.partition].buckets.get(point.bucket)
        if bucket is not None:
            point.arn = point.arn.replace(":us-east-1:", f":{bucket.region_name}:")
        return point

    S3ControlBackend.create_access_point = create_access_point  # type: ignore[method-assign]
    parse = S3Response.parse_bucket_name_from_url

    def parse_bucket_name_from_url(self: S3Response, request: Any, url: str) -> str:
        name = parse(self, request, url)
        points = s3control_backends[self.current_account][self.partition].access_points
        found = (each for each in points[self.current_account].values() if each.alias == name)
        return next((each.bucket for each in found), name)

    S3Response.parse_bucket_name_from_url = parse_bucket_name_from_url  # type: ignore[method-assign]


def _heed_expected_owner() -> None:
    """Refuse HeadBucket to whoever takes the bucket for another account's.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    head = S3Response.head_bucket

    def head_bucket(self: S3Response) -> Any:
        answer = head(self)
        expected = self.headers.get("x-amz-expected-bucket-owner", self.current_account)
        refused = answer[0] == HTTPStatus.OK and expected != self.current_account
        return (HTTPStatus.FORBIDDEN, {}, "") if refused else answer

    S3Response.head_bucket = head_bucket  # type: ignore[method-assign]


def _permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What the policy says to a client like the emulator's: it uses TLS 1.3, and is no service."""
    if not bucket.policy:
        return PermissionResult.NEUTRAL
    document = json.loads(bucket.policy)
    unconditional = [each for each in document["Statement"] if "Condition" not in each]
    policy = IAMPolicy(json.dumps({**document, "Statement": unconditional}))
    return policy.is_action_permitted(action, resource)
