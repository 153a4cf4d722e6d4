"""A port that is open from one security group to another."""

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from config.naming import Naming


class OpenPort(Construct):
    """One TCP port from the source's group to the target's, opened on both sides.

    It stands where the port is chosen, so that it changes with those who listen on it; who connects
    at once waits for `rules`.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        source_id: str,
        target_id: str,
        port: int,
    ) -> None:
        super().__init__(scope, id_)
        tags = {"Name": naming.name(id_)}
        egress = VpcSecurityGroupEgressRule(
            self,
            "egress",
            security_group_id=source_id,
            referenced_security_group_id=target_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=id_,
            tags=tags,
        )
        ingress = VpcSecurityGroupIngressRule(
            self,
            "ingress",
            security_group_id=target_id,
            referenced_security_group_id=source_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=id_,
            tags=tags,
        )
        self.rules: list[ITerraformDependable] = [egress, ingress]
