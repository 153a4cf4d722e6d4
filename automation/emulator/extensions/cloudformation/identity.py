"""Roles, policies and identity providers as CloudFormation makes them."""

import json
from collections.abc import Mapping
from typing import Any

from automation.emulator.extensions.cloudformation.kind import (
    Made,
    Properties,
    Tags,
    client,
    pairs,
    refused,
)


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


class Policy:
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
        if iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"]:
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
        )
        made = {"Ref": answer["Role"]["RoleName"], "Arn": answer["Role"]["Arn"]}
        self._permit(region, made, given)
        return made

    def update(self, region: str, made: Made, given: Properties) -> None:
        """Whom it trusts, and what it may do."""
        document = json.dumps(given["AssumeRolePolicyDocument"])
        iam = client("iam", region)
        iam.update_assume_role_policy(RoleName=made["Ref"], PolicyDocument=document)
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
