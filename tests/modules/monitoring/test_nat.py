import pytest

from modules.monitoring.metric import Expression, Metric
from modules.monitoring.nat import NatMetrics, nat_alarms

GATEWAYS = [NatMetrics(purpose=f"nat-{zone}", gateway_id=f"nat-0{zone}") for zone in "ab"]
ALARMS = {each.purpose: each for each in nat_alarms(GATEWAYS)}


def test_each_gateway_is_watched() -> None:
    assert set(ALARMS) == {f"nat-{zone}-{what}" for zone in "ab" for what in ("ports", "drops")}


@pytest.mark.parametrize("zone", ["a", "b"])
def test_connections_without_a_port_are_counted(zone: str) -> None:
    alarm = ALARMS[f"nat-{zone}-ports"]
    assert isinstance(alarm.metric, Metric)
    assert (alarm.metric.namespace, alarm.metric.name) == ("AWS/NATGateway", "ErrorPortAllocation")
    assert alarm.metric.dimensions == {"NatGatewayId": f"nat-0{zone}"}
    assert (alarm.metric.statistic, alarm.threshold) == ("Sum", 0)


@pytest.mark.parametrize(
    ("drops", "source", "destination", "breaching"),
    [(0, 10_000, 10_000, False), (1, 6_000, 6_000, False), (2, 5_000, 5_000, True)],
)
def test_drops_are_a_share_of_all_packets(
    drops: int, source: int, destination: int, *, breaching: bool
) -> None:
    alarm = ALARMS["nat-a-drops"]
    assert isinstance(alarm.metric, Expression)
    counts = {"drops": drops, "from_source": source, "from_destination": destination}
    assert set(alarm.metric.metrics) == set(counts)
    share = eval(alarm.metric.formula, {"__builtins__": {}}, counts)  # noqa: S307
    assert (share > alarm.threshold) == breaching


def test_a_gateway_without_traffic_is_no_alarm() -> None:
    assert {each.treat_missing_data for each in ALARMS.values()} == {"notBreaching"}
