"""Buckets and keys as CloudFormation makes them."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from automation.emulator.extensions.cloudformation.kind import (
    Made,
    Properties,
    Tags,
    client,
    pairs,
    refused,
)


class Bucket:
    """AWS::S3::Bucket, of which moto's own CloudFormation makes little more than the name."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:
        """Make it and everything that surrounds it."""
        s3, name = client("s3", region), given["BucketName"]
        location = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        _refuse_existing(s3, name)
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else location))
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": pairs(tags)})
        made = self.find(region, given)
        try:
            self.update(region, made, given)
        except ClientError:
            s3.delete_bucket(Bucket=name)
            raise
        return made

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Set all that is given."""
        s3, name = client("s3", region), made["Ref"]
        for call, arguments in _bucket_calls(given):
            getattr(s3, call)(Bucket=name, **arguments)

    def delete(self, region: str, made: Made, given: Properties) -> None:  # noqa: ARG002
        """Delete it, unless something is in it."""
        client("s3", region).delete_bucket(Bucket=made["Ref"])

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its name."""
        name = identifier["BucketName"]
        client("s3", region).head_bucket(Bucket=name)
        return {"Ref": name, "Arn": f"arn:aws:s3:::{name}"}


def _refuse_existing(s3: Any, name: str) -> None:
    """In us-east-1 S3 lets its owner create a bucket again; CloudFormation does not."""
    if name in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        raise refused("CreateBucket", "AlreadyExists", f"{name} already exists")


def _bucket_calls(given: Properties) -> list[tuple[str, dict[str, Any]]]:
    calls: list[tuple[str, dict[str, Any]]] = []
    for name, call in (
        ("VersioningConfiguration", "put_bucket_versioning"),
        ("PublicAccessBlockConfiguration", "put_public_access_block"),
        ("OwnershipControls", "put_bucket_ownership_controls"),
    ):
        if name in given:
            calls.append((call, {name: given[name]}))
    if "BucketEncryption" in given:
        rules = given["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        configuration = {"Rules": [_renamed(rule, _ENCRYPTION) for rule in rules]}
        arguments = {"ServerSideEncryptionConfiguration": configuration}
        calls.append(("put_bucket_encryption", arguments))
    if "LoggingConfiguration" in given:
        logging = _renamed(given["LoggingConfiguration"], _LOGGING)
        status = {"BucketLoggingStatus": {"LoggingEnabled": logging}}
        calls.append(("put_bucket_logging", status))
    if "LifecycleConfiguration" in given:
        rules = [_lifecycle(rule) for rule in given["LifecycleConfiguration"]["Rules"]]
        lifecycle = {"LifecycleConfiguration": {"Rules": rules}}
        calls.append(("put_bucket_lifecycle_configuration", lifecycle))
    return calls


_ENCRYPTION = {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}
_LOGGING = {"DestinationBucketName": "TargetBucket", "LogFilePrefix": "TargetPrefix"}


def _renamed(given: Properties, names: Mapping[str, str]) -> dict[str, Any]:
    """Where S3's own API has other names than templates."""
    return {names.get(name, name): value for name, value in given.items()}


def _lifecycle(rule: Properties) -> dict[str, Any]:
    renamed = {"Filter": {"Prefix": ""}, **_renamed(rule, {"Id": "ID"})}
    days = renamed.pop("ExpirationInDays", None)
    return {**renamed, "Expiration": {"Days": days}} if days else renamed


class BucketPolicy:
    """AWS::S3::BucketPolicy, which moto's own CloudFormation ignores."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:  # noqa: ARG002
        """Say who may do what."""
        made = {"Ref": given["Bucket"]}
        self.update(region, made, given)
        return made

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Replace it."""
        policy = json.dumps(given["PolicyDocument"])
        client("s3", region).put_bucket_policy(Bucket=made["Ref"], Policy=policy)

    def delete(self, region: str, made: Made, given: Properties) -> None:  # noqa: ARG002
        """Leave the bucket without."""
        client("s3", region).delete_bucket_policy(Bucket=made["Ref"])

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its bucket."""
        client("s3", region).get_bucket_policy(Bucket=identifier["Bucket"])
        return {"Ref": identifier["Bucket"]}


class Key:
    """AWS::KMS::Key."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:
        """A key that rotates if it is to."""
        key_tags = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        answer = client("kms", region).create_key(Description=given["Description"], Tags=key_tags)
        made = {"Ref": answer["KeyMetadata"]["KeyId"], "Arn": answer["KeyMetadata"]["Arn"]}
        self.update(region, made, given)
        return made

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Replace its policy, and have it rotate."""
        kms, policy = client("kms", region), json.dumps(given["KeyPolicy"])
        kms.put_key_policy(KeyId=made["Ref"], PolicyName="default", Policy=policy)
        if given.get("EnableKeyRotation"):
            kms.enable_key_rotation(KeyId=made["Ref"])

    def delete(self, region: str, made: Made, given: Properties) -> None:
        """KMS deletes nothing at once."""
        days = given.get("PendingWindowInDays", 30)
        client("kms", region).schedule_key_deletion(KeyId=made["Ref"], PendingWindowInDays=days)

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its id."""
        answer = client("kms", region).describe_key(KeyId=identifier["KeyId"])
        return {"Ref": answer["KeyMetadata"]["KeyId"], "Arn": answer["KeyMetadata"]["Arn"]}


class Alias:
    """AWS::KMS::Alias."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:  # noqa: ARG002
        """Another name for a key."""
        name, key = given["AliasName"], given["TargetKeyId"]
        client("kms", region).create_alias(AliasName=name, TargetKeyId=key)
        return {"Ref": name}

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Name another key."""
        key = given["TargetKeyId"]
        client("kms", region).update_alias(AliasName=made["Ref"], TargetKeyId=key)

    def delete(self, region: str, made: Made, given: Properties) -> None:  # noqa: ARG002
        """The key stays."""
        client("kms", region).delete_alias(AliasName=made["Ref"])

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its name."""
        client("kms", region).describe_key(KeyId=identifier["AliasName"])
        return {"Ref": identifier["AliasName"]}
