"""Where a call comes from: an instance's own network, and the endpoint there that it goes through.

Sessions of an instance's role are called after the instance.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html
"""

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends

from automation.emulator.calls import ApiCall
from automation.emulator.rights.records import parsed
from automation.iam.policies import Policy
from automation.iam.principals import Principal


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
