"""The network interfaces of an account, whichever service has put them into a subnet.

moto makes some of them, forgets to take them away, and gives load balancers and databases none.
https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import EC2Backend
from moto.elbv2.models import elbv2_backends
from moto.rds.models import DBInstance, rds_backends


@dataclass(frozen=True)
class Interface:
    """What holds a subnet and its groups, and whether the internet reaches it."""

    owner: str
    subnet: str
    groups: frozenset[str] = frozenset()
    public: bool = False


def interfaces(ec2: EC2Backend) -> Iterator[Interface]:
    """Every interface of a region."""
    yield from _of_gateways(ec2)
    yield from _of_endpoints(ec2)
    yield from _of_instances(ec2)
    yield from _of_load_balancers(ec2)
    yield from _of_databases(ec2)


def _of_gateways(ec2: EC2Backend) -> Iterator[Interface]:
    for gateway in ec2.nat_gateways.values():
        if gateway.state == "available":
            public = gateway.connectivity_type != "private"
            yield Interface(gateway.id, gateway.subnet_id, public=public)


def _of_endpoints(ec2: EC2Backend) -> Iterator[Interface]:
    for endpoint in ec2.vpc_end_points.values():
        if _has_interfaces(endpoint) and endpoint.state != "deleted":
            groups = frozenset(endpoint.security_group_ids or ())
            for subnet in endpoint.subnet_ids or ():
                yield Interface(endpoint.id, subnet, groups)


def _has_interfaces(endpoint: Any) -> bool:
    return (endpoint.vpc_endpoint_type or "").lower() == "interface"


def _of_instances(ec2: EC2Backend) -> Iterator[Interface]:
    """Those of instances that live, and those that somebody made."""
    elsewhere = {gateway._eni.id for gateway in ec2.nat_gateways.values()}
    for endpoint in ec2.vpc_end_points.values():
        elsewhere |= set(endpoint.network_interface_ids or ())
    for each in ec2.enis.values():
        if each.id in elsewhere or (each.instance and each.instance.state == "terminated"):
            continue
        groups = frozenset(group.id for group in each.group_set)
        yield Interface(each.id, each.subnet_id, groups, public=bool(each.public_ip))


def _of_load_balancers(ec2: EC2Backend) -> Iterator[Interface]:
    for balancer in elbv2_backends[ec2.account_id][ec2.region_name].load_balancers.values():
        groups = frozenset(balancer.security_groups or ())
        for subnet in balancer.subnets:
            public = balancer.scheme == "internet-facing"
            yield Interface(balancer.arn, subnet.id, groups, public=public)


def _of_databases(ec2: EC2Backend) -> Iterator[Interface]:
    for database in rds_backends[ec2.account_id][ec2.region_name].databases.values():
        groups = frozenset(database.vpc_security_group_ids)
        for subnet in database_subnets(database):
            yield Interface(database.db_instance_identifier, subnet, groups)


def database_subnets(database: DBInstance) -> list[str]:
    """The subnet of an instance, and that of its standby, which is in another zone.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html
    """
    group = vars(database).get("db_subnet_group")
    if group is None:
        return []

    def far(subnet: Any) -> tuple[bool, str]:
        return subnet.availability_zone != database.availability_zone, subnet.availability_zone

    by_zone = {each.availability_zone: each.id for each in sorted(group._subnets, key=far)}
    return list(by_zone.values())[: 2 if database.multi_az else 1]
