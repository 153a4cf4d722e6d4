"""Calls that several tests make."""

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from automation.emulator import CREDENTIALS, Emulator

_SESSION = Session()


def careless(emulator: Emulator, service: str, agent: str | None = None) -> Any:
    """A client that sends whatever it is told to, once, as whichever program."""
    return _SESSION.create_client(
        service,
        region_name=emulator.region,
        verify=str(emulator.bundle),
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(
            proxies={"https": emulator.url},
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            user_agent=agent,
        ),
    )


def refusal(call: Any, **arguments: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused, with the status of AWS's model."""
    with pytest.raises(ClientError) as refused_call:
        call(**arguments)
    response = refused_call.value.response
    code = str(response["Error"]["Code"])
    assert response["ResponseMetadata"]["HTTPStatusCode"] == _status(call, code)
    return code, str(response["Error"].get("Message", ""))


# What the models do not have, and is no 400: S3's errors, and those that have no body.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList
_STATUS = {"AccessDenied": 403, "BucketNotEmpty": 409, "NoSuchTagSet": 404}


def _status(call: Any, code: str) -> int:
    """The status of an error by AWS's model of the service."""
    if code.isdecimal():
        return int(code)
    for shape in call.__self__.meta.service_model.error_shapes:
        if code in (shape.name, shape.error_code):
            return int(shape.metadata.get("error", {}).get("httpStatusCode", 400))
    return _STATUS.get(code, 400)


def refused(call: Any, **arguments: Any) -> str:
    return refusal(call, **arguments)[0]


def template(emulator: Emulator, name: str) -> dict[str, Any]:
    tags = [{"Key": "Name", "Value": name}]
    specifications = [
        {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "an instance"}]}
    ]
    made = emulator.client("ec2").create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"InstanceType": "m7g.large", "TagSpecifications": specifications},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": tags}],
    )
    launch_template: dict[str, Any] = made["LaunchTemplate"]
    return launch_template


def network(emulator: Emulator, zones: str = "ab") -> tuple[str, list[str]]:
    """A VPC and a subnet in each zone."""
    ec2 = emulator.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{emulator.region}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate(zones)
    ]
    return vpc, subnets


def balancer(emulator: Emulator, name: str, subnets: list[str], **more: Any) -> str:
    """A load balancer's ARN."""
    ec2 = emulator.client("ec2")
    vpc = ec2.describe_subnets(SubnetIds=subnets[:1])["Subnets"][0]["VpcId"]
    filters = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    if not ec2.describe_internet_gateways(Filters=filters)["InternetGateways"]:
        internet_gateway(emulator, vpc)
    made = emulator.client("elbv2").create_load_balancer(Name=name, Subnets=subnets, **more)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def certificate(emulator: Emulator, domain: str, *, region: str | None = None, **more: Any) -> str:
    """The ARN of a certificate that waits for its records."""
    acm = emulator.client("acm", region=region)
    made = acm.request_certificate(DomainName=domain, ValidationMethod="DNS", **more)
    return str(made["CertificateArn"])


def issued(emulator: Emulator, domain: str, *, region: str | None = None, **more: Any) -> str:
    """The ARN of a certificate whose records are in a hosted zone of the domain's."""
    arn = certificate(emulator, domain, region=region, **more)
    route53 = emulator.client("route53")
    zone = route53.create_hosted_zone(Name=domain.removeprefix("*."), CallerReference=arn)
    publish(emulator, arn, zone["HostedZone"]["Id"])
    return arn


def publish(emulator: Emulator, arn: str, zone: str, action: str = "UPSERT") -> None:
    """Put a certificate's validation records into a hosted zone, or take them out."""
    acm = emulator.client("acm", region=arn.split(":")[3])
    described = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    for option in described["DomainValidationOptions"]:
        record = option["ResourceRecord"]
        change = {
            "Name": record["Name"],
            "Type": record["Type"],
            "TTL": 60,
            "ResourceRecords": [{"Value": record["Value"]}],
        }
        emulator.client("route53").change_resource_record_sets(
            HostedZoneId=zone,
            ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": change}]},
        )


def internet_gateway(emulator: Emulator, vpc: str) -> str:
    ec2 = emulator.client("ec2")
    id_ = str(ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=id_, VpcId=vpc)
    return id_


def security_group(emulator: Emulator, name: str, vpc: str) -> str:
    made = emulator.client("ec2").create_security_group(GroupName=name, Description=name, VpcId=vpc)
    return str(made["GroupId"])
