"""EC2: descriptions of group rules, a launch template's own tags, what a NAT gateway leaves."""

import inspect
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response


class Ec2(EC2Response):
    """Launch templates as AWS describes them, and NAT gateways as it deletes them."""

    def create_launch_template(self) -> ActionResult:
        """Moto lists the template's own tags among those of what is launched."""
        result = super().create_launch_template()
        template = self.ec2_backend.get_launch_template_by_name(self.params["LaunchTemplateName"])
        data = template.versions[0].data
        specifications = data.pop("TagSpecifications", [])
        launched = [each for each in specifications if each["ResourceType"] != "launch-template"]
        if launched:
            data["TagSpecifications"] = launched
        return result

    def delete_nat_gateway(self) -> ActionResult:
        """Its addresses are free again, which moto forgets.

        https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
        """
        result = super().delete_nat_gateway()
        gateway = self.ec2_backend.nat_gateways[self.params["NatGatewayId"]]
        for address in gateway.address_set:
            if address.get("associationId"):
                self.ec2_backend.disassociate_address(association_id=address["associationId"])
        return result


def install() -> None:
    """Keep the descriptions of rules about groups and prefix lists, not only about addresses."""
    initialize = SecurityGroupRule.__init__
    signature = inspect.signature(initialize)

    def remember_prefix_list(self: Any, *args: Any, **kwargs: Any) -> None:
        initialize(self, *args, **kwargs)
        given = signature.bind(self, *args, **kwargs).arguments
        self.prefix_list = given.get("prefix_list_id") or {}

    SecurityGroupRule.__init__ = remember_prefix_list  # type: ignore[method-assign]
    SecurityGroupRule.description = property(_description)  # type: ignore[assignment,method-assign]


def _description(rule: Any) -> str | None:
    for peer in (rule.ip_range, rule.source_group, rule.prefix_list):
        if "Description" in peer:
            return str(peer["Description"])
    return None
