"""An account in which an instance of a platform boots, under its role and behind its endpoints.

The keys, buckets, access point, endpoints and policies are those of the platform, made with boto3;
what is not looked at as an instance boots is left out.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from automation.emulator import Emulator
from config import Naming
from tests.automation.iam.calls import template
from tests.conftest import Tiers
from tests.synthesized import Resource

_REFERENCE = re.compile(r"\$\{([^}]*)\}")
# What references of the application's tier have in them.
DATA_KEY, STORAGE_KEY = "aws_kms_keydata_key", "aws_kms_keystorage_key"
ARTIFACTS, ACCESS_POINT = "aws_s3_bucketartifacts_bucket", "aws_s3_access_point"
# What RDS calls a database for ever.
DATABASE = "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SECRETS = ("master_user_secret", "aws_secretsmanager_secret")
# How the ARNs of the tier's own resources go on.
_FORMS = {
    "aws_cloudwatch_log_group": ("logs", "log-group:{}"),
    "aws_iam_role": ("iam", "role/{}"),
    "aws_ssm_parameter": ("ssm", "parameter{}"),
}


def role_policies(
    tiers: Tiers, naming: Naming, values: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The policies inside each role, by its purpose.

    `values` are those of others' resources and of literals.
    """
    application = tiers["application"]

    def value(found: re.Match[str]) -> str:
        if found[1].endswith("resource_id"):
            return DATABASE
        for part, known in values.items():
            if part in found[1]:
                return known
        kind, name, _ = found[1].split(".")
        service, form = _FORMS[kind]
        region = "" if service == "iam" else None
        name = application.resources(kind)[name]["name"]
        return naming.arn(service, form.format(name), region=region)

    names = {
        f"${{aws_iam_role.{id_}.name}}": str(each["name"]).removeprefix(naming.name(""))
        for id_, each in application.resources("aws_iam_role").items()
    }
    policies: dict[str, dict[str, str]] = {each: {} for each in names.values()}
    for each in application.resources("aws_iam_role_policy").values():
        text = _REFERENCE.sub(value, each["policy"])
        for old, new in values.items():
            text = text.replace(old, new)
        policies[names[each["role"]]][each["name"]] = text
    return policies


@dataclass
class Account:
    """What is there before the first instance boots; `values` are those of references."""

    emulator: Emulator
    naming: Naming
    tiers: Tiers
    values: dict[str, str]
    alias: str = ""
    instance_id: str = ""

    def place(self, *, database_secret: str) -> dict[str, str]:
        """Make everything; the variables by which the instance signs."""
        self._keys()
        vpc, subnet = self._network()
        self._group(subnet)
        self._buckets()
        self._access_point(vpc)
        self._secret(database_secret)
        self._roles()
        return self._signing_as(self.instance_id)

    @property
    def artifacts(self) -> str:
        """The bucket of releases."""
        return self.naming.bucket("artifacts")

    @property
    def assets(self) -> str:
        """The bucket of static files."""
        return self.naming.bucket("assets")

    def _keys(self) -> None:
        for reference in (DATA_KEY, STORAGE_KEY):
            name = reference.removeprefix("aws_kms_key")
            key = _named(self.tiers["security"].resources("aws_kms_key"), name)
            made = self._client("kms").create_key(Policy=key["policy"])["KeyMetadata"]["Arn"]
            self.values[reference] = made

    def _network(self) -> tuple[str, str]:
        """The ids of the network and of a subnet."""
        ec2 = self._client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        table = ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]
        for endpoint in self.tiers["network"].resources("aws_vpc_endpoint").values():
            kind = endpoint["vpc_endpoint_type"]
            interface = {"SubnetIds": [subnet], "PrivateDnsEnabled": True}
            ec2.create_vpc_endpoint(
                VpcId=vpc,
                VpcEndpointType=kind,
                ServiceName=endpoint["service_name"],
                PolicyDocument=endpoint["policy"],
                **({"RouteTableIds": [table]} if kind == "Gateway" else interface),
            )
        return vpc, subnet

    def _group(self, subnet: str) -> None:
        """One of an instance, which it waits for."""
        ec2, scaling = self._client("ec2"), self._client("autoscaling")
        name = self.naming.name("application")
        image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={"ImageId": image, "InstanceType": "t3.micro"},
        )
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": name, "Version": "1"},
            MinSize=1,
            MaxSize=1,
            VPCZoneIdentifier=subnet,
        )
        hook = self.tiers["application"].only("aws_autoscaling_lifecycle_hook")
        scaling.put_lifecycle_hook(
            AutoScalingGroupName=name,
            LifecycleHookName=hook["name"],
            LifecycleTransition=hook["lifecycle_transition"],
        )
        (group,) = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        (instance,) = group["Instances"]
        self.instance_id = instance["InstanceId"]

    def _buckets(self) -> None:
        s3, storage = self._client("s3"), self.tiers["storage"]
        home = self.naming.region == "us-east-1"
        place = {"CreateBucketConfiguration": {"LocationConstraint": self.naming.region}}
        for purpose in ("artifacts", "assets"):
            name = self.naming.bucket(purpose)
            s3.create_bucket(Bucket=name, **({} if home else place))
            default = {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": self.values[STORAGE_KEY],
            }
            s3.put_bucket_encryption(
                Bucket=name,
                ServerSideEncryptionConfiguration={
                    "Rules": [{"ApplyServerSideEncryptionByDefault": default}]
                },
            )
            policy = _named(storage.resources("aws_s3_bucket_policy"), f"{purpose}_policy")
            s3.put_bucket_policy(Bucket=name, Policy=policy["policy"])
        self.values[ARTIFACTS] = self.naming.bucket_arn("artifacts")

    def _access_point(self, vpc: str) -> None:
        point = self.tiers["storage"].only("aws_s3_access_point")
        control, account = self._client("s3control"), self.naming.account_id
        made = control.create_access_point(
            AccountId=account,
            Name=point["name"],
            Bucket=self.assets,
            VpcConfiguration={"VpcId": vpc},
        )
        control.put_access_point_policy(
            AccountId=account, Name=point["name"], Policy=point["policy"]
        )
        self.alias = made["Alias"]
        self.values[ACCESS_POINT] = made["AccessPointArn"]

    def _secret(self, arn: str) -> None:
        key = self.values[DATA_KEY]
        self._client("secretsmanager").update_secret(SecretId=arn, KmsKeyId=key)
        self.values |= dict.fromkeys(SECRETS, arn)

    def _roles(self) -> None:
        """Those of the tier, in the boundary that `bootstrap` makes; the instance's own first."""
        iam, naming = self._client("iam"), self.naming
        values = {"Prefix": naming.prefix, "Environment": naming.environment}
        made = template({**values, "Application": naming.app_id, "Protected": "none"})["Boundary"]
        document = json.dumps(made["Properties"]["PolicyDocument"])
        iam.create_policy(PolicyName=naming.name("boundary"), PolicyDocument=document)
        roles = {
            str(each["name"]): each
            for each in self.tiers["application"].resources("aws_iam_role").values()
        }
        own = naming.arn("iam", f"role/{naming.name('application')}", region="")
        found = role_policies(self.tiers, naming, self.values).items()
        for purpose, policies in sorted(found, key=lambda each: each[0] != "application"):
            name = naming.name(purpose)
            iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=_REFERENCE.sub(own, roles[name]["assume_role_policy"]),
                PermissionsBoundary=naming.boundary,
            )
            for policy, text in policies.items():
                iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=text)

    def _signing_as(self, instance: str) -> dict[str, str]:
        """As EC2 assumes the role: a session is called after its instance."""
        arn = f"arn:aws:iam::{self.naming.account_id}:role/{self.naming.name('application')}"
        made = self._client("sts").assume_role(RoleArn=arn, RoleSessionName=instance)
        keys = made["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def _client(self, service: str) -> Any:
        return self.emulator.client(service, region=self.naming.region)


def _named(resources: Mapping[str, Resource], name: str) -> Resource:
    (found,) = (each for id_, each in resources.items() if id_.startswith(name))
    return found
