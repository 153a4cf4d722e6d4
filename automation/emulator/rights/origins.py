"""Where a call comes from, and what it goes through: a network, its endpoint, an access point.

Sessions of an instance's role are called after the instance.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html
A call through an access point of S3 is decided there and at its bucket, by both policies.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
"""

from collections.abc import Mapping
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends

from automation.emulator.calls import ApiCall
from automation.emulator.rights.records import Records, parsed
from automation.iam.policies import Policy
from automation.iam.principals import Principal

_ACCESS_POINT = ":accesspoint/"


def of(principal: Principal, call: ApiCall) -> dict[str, str]:
    """The condition keys that tell the network from which an instance calls, and its endpoint.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    session = principal.name.rpartition("/")[2]
    if not session.startswith("i-"):
        return {}
    ec2 = ec2_backends[principal.account][call.region]
    instance = ec2.get_instance_by_id(session)
    if instance is None:
        return {}
    service = f"com.amazonaws.{call.region}.{call.operation.service_model.endpoint_prefix}"
    for endpoint in ec2.vpc_end_points.values():
        if endpoint.service_name == service and _leads(ec2, endpoint, instance):
            return {"aws:SourceVpc": str(instance.vpc_id), "aws:SourceVpce": endpoint.id}
    # AWS tells the network only of what goes through an endpoint.
    return {}


def endpoint_policy(principal: Principal, endpoint: str) -> Policy | None:
    """The policy of the endpoint through which a call comes."""
    for ec2 in ec2_backends[principal.account].values():
        if endpoint in ec2.vpc_end_points:
            return parsed(ec2.vpc_end_points[endpoint].policy_document)
    return None


def _leads(ec2: EC2Backend, endpoint: Any, instance: Any) -> bool:
    """Whether what an instance asks a service goes through an endpoint."""
    if endpoint.vpc_id != instance.vpc_id or endpoint.state == "deleted":
        return False
    if (endpoint.vpc_endpoint_type or "Gateway").lower() == "interface":
        return bool(endpoint.private_dns_enabled)
    tables = [each for each in ec2.route_tables.values() if each.vpc_id == instance.vpc_id]
    own = [each for each in tables if instance.subnet_id in each._associations.values()]
    main = [each for each in tables if each.main_association_id]
    return any(each.id in endpoint.route_table_ids for each in own or main)


def access_point_keys(arn: str, account: Records) -> dict[str, str]:
    """The condition keys of a call through an access point, whichever of both is asked."""
    point = account.access_point(arn) if _ACCESS_POINT in arn else None
    if point is None:
        return {}
    return {
        "s3:DataAccessPointArn": point.arn,
        "s3:DataAccessPointAccount": account.account_id,
        "s3:AccessPointNetworkOrigin": point.network_origin,
    }


def behind(arn: str, account: Records) -> str:
    """The ARN in the bucket of what an access point leads to."""
    _, found, key = arn.partition("/object/")
    bucket = f"arn:aws:s3:::{account.access_point(arn).bucket}"
    return f"{bucket}/{key}" if found else bucket


def reached(call: ApiCall, account: Records, origin: Mapping[str, str]) -> bool:
    """Whether a call comes from where its access point, if it has one, takes calls from.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-vpc.html
    """
    name = call.parameters.get("Bucket") if call.service == "s3" else None
    point = account.access_point(name) if name else None
    return point is None or point.vpc_id in (None, origin.get("aws:SourceVpc"))
