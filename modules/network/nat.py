"""Outbound internet access for subnets without public addresses."""

from collections.abc import Mapping

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from constructs import Construct

from config.naming import Naming
from modules.monitoring.nat import NatMetrics


class NatGateways(Construct):
    """A NAT gateway in each zone, or one for all, once the internet gateway is attached.

    One that comes before fails with `Gateway.NotAttached`.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        naming: Naming,
        public_subnet_ids: Mapping[str, str],
        internet_gateway: InternetGateway,
        single: bool = False,
    ) -> None:
        super().__init__(scope, id_)
        self._gateways: dict[str, str] = {}
        zones = list(public_subnet_ids)
        for zone in zones[:1] if single else zones:
            letter = zone[-1]
            tags = {"Name": naming.name(f"nat-{letter}")}
            address = Eip(
                self, f"address-{letter}", domain="vpc", tags=tags, depends_on=[internet_gateway]
            )
            gateway = NatGateway(
                self,
                f"gateway-{letter}",
                allocation_id=address.id,
                subnet_id=public_subnet_ids[zone],
                tags=tags,
                # Routes leave one for another before it goes.
                lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
                depends_on=[internet_gateway],
            )
            self._gateways[zone] = gateway.id

    @property
    def metrics(self) -> list[NatMetrics]:
        """What is measured of each gateway."""
        return [
            NatMetrics(purpose=f"nat-{zone[-1]}", gateway_id=id_)
            for zone, id_ in self._gateways.items()
        ]

    def gateway_for(self, zone: str) -> str:
        """The id of the zone's own gateway, or of the only one."""
        return self._gateways.get(zone, next(iter(self._gateways.values())))
