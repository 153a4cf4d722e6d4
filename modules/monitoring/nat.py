"""What a NAT gateway tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from modules.monitoring.alarm import Alarm
from modules.monitoring.metric import FIVE_MINUTES, Expression, Metric

# Above it, AWS says, something is wrong with the gateway itself.
DROPPED_PERCENT = 0.01


@dataclass(frozen=True, kw_only=True)
class NatMetrics:
    """Metrics of the NAT gateway that is called `purpose`.

    https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
    """

    purpose: str
    gateway_id: str

    @property
    def unallocated_ports(self) -> Metric:
        """Connections that found no source port: too many go to one destination."""
        return self._metric("ErrorPortAllocation")

    @property
    def dropped(self) -> Expression:
        """Percentage of packets that the gateway dropped."""
        return Expression(
            formula="100 * drops / (from_source + from_destination)",
            metrics={
                "drops": self._metric("PacketsDropCount"),
                "from_source": self._metric("PacketsInFromSource"),
                "from_destination": self._metric("PacketsInFromDestination"),
            },
        )

    def _metric(self, name: str) -> Metric:
        return Metric(
            namespace="AWS/NATGateway",
            name=name,
            statistic="Sum",
            dimensions={"NatGatewayId": self.gateway_id},
            period=FIVE_MINUTES,
        )


def nat_alarms(gateways: Sequence[NatMetrics]) -> list[Alarm]:
    """Alarms on what goes missing on the way out; a gateway without traffic loses nothing."""
    return [alarm for gateway in gateways for alarm in _alarms(gateway)]


def _alarms(metrics: NatMetrics) -> list[Alarm]:
    return [
        Alarm(
            purpose=f"{metrics.purpose}-ports",
            description="A NAT gateway has no port left for connections to some destination.",
            metric=metrics.unallocated_ports,
            threshold=0,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data="notBreaching",
            runbook="nat-ports",
        ),
        Alarm(
            purpose=f"{metrics.purpose}-drops",
            description="A NAT gateway drops packets.",
            metric=metrics.dropped,
            threshold=DROPPED_PERCENT,
            evaluation_periods=3,
            datapoints_to_alarm=3,
            treat_missing_data="notBreaching",
            runbook="nat-drops",
        ),
    ]
