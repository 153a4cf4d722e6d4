"""The resource types of CloudFormation that the double can create, update and delete.

Each takes its properties by their names in templates.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

import botocore.session
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import BotocoreStubber

Properties = Mapping[str, Any]
Tags = Mapping[str, str]
# A resource as others refer to it: its attributes, and what `Ref` means as "Ref".
Made = dict[str, str]


@cache
def client(service: str, region: str) -> Any:
    """A client whose calls moto answers in this very process."""
    stubber: Any = BotocoreStubber()
    stubber.enabled = True
    created = botocore.session.Session().create_client(
        service,
        region_name=region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",  # noqa: S106
    )
    created.meta.events.register("before-send", stubber)
    return created


def refused(call: str, code: str, message: str) -> ClientError:
    """The answer that AWS would have given, where moto is more generous."""
    return ClientError({"Error": {"Code": code, "Message": message}}, call)


class ResourceType(Protocol):
    """One type of resource."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:
        """Make one; raises `ClientError`, as all of these do."""

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Give it other properties."""

    def delete(self, region: str, made: Made, given: Properties) -> None:
        """Delete it."""

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """One that exists already."""


def pairs(tags: Tags) -> list[dict[str, str]]:
    """Tags as most of AWS's APIs have them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


class Provider:
    """AWS::IAM::OIDCProvider."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:
        """Trust the tokens of an issuer."""
        answer = client("iam", region).create_open_id_connect_provider(
            Url=given["Url"], ClientIDList=given["ClientIdList"], Tags=pairs(tags)
        )
        return self.find(region, {"Arn": answer["OpenIDConnectProviderArn"]})

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Nothing that templates here would change."""

    def delete(self, region: str, made: Made, given: Properties) -> None:  # noqa: ARG002
        """Trust the issuer no more."""
        client("iam", region).delete_open_id_connect_provider(OpenIDConnectProviderArn=made["Ref"])

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its ARN."""
        arn = identifier["Arn"]
        client("iam", region).get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
        return {"Ref": arn, "Arn": arn}


class ManagedPolicy:
    """AWS::IAM::ManagedPolicy."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:  # noqa: ARG002
        """A policy that roles can share."""
        answer = client("iam", region).create_policy(
            PolicyName=given["ManagedPolicyName"],
            PolicyDocument=json.dumps(given["PolicyDocument"]),
            Description=given.get("Description", ""),
        )
        return {"Ref": answer["Policy"]["Arn"]}

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Make another version the one that counts."""
        iam, arn = client("iam", region), made["Ref"]
        document = json.dumps(given["PolicyDocument"])
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)

    def delete(self, region: str, made: Made, given: Properties) -> None:  # noqa: ARG002
        """All versions of it, which moto would do even while roles have it."""
        iam, arn = client("iam", region), made["Ref"]
        try:
            found = iam.get_policy(PolicyArn=arn)["Policy"]
        except iam.exceptions.NoSuchEntityException:
            return
        if found["AttachmentCount"]:
            raise refused("DeletePolicy", "DeleteConflict", f"{arn} is attached to roles")
        for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        iam.delete_policy(PolicyArn=arn)

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its ARN."""
        arn = identifier["PolicyArn"]
        client("iam", region).get_policy(PolicyArn=arn)
        return {"Ref": arn}


class Role:
    """AWS::IAM::Role."""

    def create(self, region: str, given: Properties, tags: Tags) -> Made:
        """A role with its policies."""
        answer = client("iam", region).create_role(
            RoleName=given["RoleName"],
            AssumeRolePolicyDocument=json.dumps(given["AssumeRolePolicyDocument"]),
            Description=given.get("Description", ""),
            MaxSessionDuration=given.get("MaxSessionDuration", 3600),
            Tags=pairs(tags),
            **_given(given, "PermissionsBoundary"),
        )
        made = {"Ref": answer["Role"]["RoleName"], "Arn": answer["Role"]["Arn"]}
        self._permit(region, made, given)
        return made

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Whom it trusts, and what it may do."""
        document = json.dumps(given["AssumeRolePolicyDocument"])
        iam = client("iam", region)
        iam.update_assume_role_policy(RoleName=made["Ref"], PolicyDocument=document)
        if "PermissionsBoundary" in given:
            boundary = _given(given, "PermissionsBoundary")
            iam.put_role_permissions_boundary(RoleName=made["Ref"], **boundary)
        self._permit(region, made, given)

    def delete(self, region: str, made: Made, given: Properties) -> None:
        """IAM keeps a role to which somebody attached more than the template does."""
        iam, name = client("iam", region), made["Ref"]
        attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        if {each["PolicyArn"] for each in attached} <= set(given.get("ManagedPolicyArns", ())):
            for each in attached:
                iam.detach_role_policy(RoleName=name, PolicyArn=each["PolicyArn"])
            for inline in iam.list_role_policies(RoleName=name)["PolicyNames"]:
                iam.delete_role_policy(RoleName=name, PolicyName=inline)
        iam.delete_role(RoleName=name)

    def find(self, region: str, identifier: Mapping[str, str]) -> Made:
        """By its name."""
        answer = client("iam", region).get_role(RoleName=identifier["RoleName"])
        return {"Ref": answer["Role"]["RoleName"], "Arn": answer["Role"]["Arn"]}

    def _permit(self, region: str, made: Made, given: Properties) -> None:
        iam, name = client("iam", region), made["Ref"]
        for arn in given.get("ManagedPolicyArns", ()):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        for each in given.get("Policies", ()):
            document: Any = json.dumps(each["PolicyDocument"])
            iam.put_role_policy(
                RoleName=name, PolicyName=each["PolicyName"], PolicyDocument=document
            )


def _given(properties: Properties, *names: str) -> dict[str, Any]:
    return {name: properties[name] for name in names if name in properties}


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
