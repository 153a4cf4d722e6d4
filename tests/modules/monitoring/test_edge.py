from config.monitoring import Thresholds
from modules.monitoring.edge import EdgeMetrics, edge_alarms
from modules.monitoring.metric import Metric

METRICS = EdgeMetrics(distribution_id="E1", web_acl_metric="prod-acl", health_check_id="h1")


def test_each_part_of_the_edge_has_an_alarm_with_its_own_dimensions() -> None:
    alarms = edge_alarms(METRICS, Thresholds())
    found = {
        alarm.purpose: alarm.metric.dimensions
        for alarm in alarms
        if isinstance(alarm.metric, Metric)
    }
    assert found == {
        "site-unreachable": {"HealthCheckId": "h1"},
        "edge-error-rate": {"DistributionId": "E1", "Region": "Global"},
        "blocked-requests": {"WebACL": "prod-acl", "Rule": "ALL"},
    }


def test_only_of_a_silent_health_check_is_told() -> None:
    alarms = edge_alarms(METRICS, Thresholds())
    told = {each.purpose for each in alarms if each.treat_missing_data != "notBreaching"}
    assert told == {"site-unreachable"}
