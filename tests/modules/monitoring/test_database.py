from config.monitoring import Thresholds
from modules.monitoring.alarm import Alarm
from modules.monitoring.database import database_alarms, instances_of
from modules.monitoring.metric import Expression, Metric


def alarms(*identifiers: str) -> dict[str, Alarm]:
    found = database_alarms(instances_of(identifiers), Thresholds(), free_storage_gib=5)
    return {alarm.purpose: alarm for alarm in found}


def watched(alarm: Alarm) -> set[str]:
    metric = alarm.metric
    parts = [metric] if isinstance(metric, Metric) else list(metric.metrics.values())
    return {part.dimensions["DBInstanceIdentifier"] for part in parts}


def test_room_is_compared_in_bytes() -> None:
    found = alarms("prod-db")
    assert found["database-storage"].threshold == 5 * 1024**3
    assert found["database-memory"].threshold == 512 * 1024**2
    assert found["database-storage"].comparison_operator == "LessThanThreshold"


def test_silence_is_an_alarm_of_its_own() -> None:
    found = alarms("prod-db")
    assert found["database-silent"].treat_missing_data == "breaching"
    assert found["database-cpu"].treat_missing_data == "ignore"


def test_a_replica_that_has_yet_to_begin_is_no_news() -> None:
    found = alarms("prod-db", "prod-db-1")
    for purpose in ("database-replica-1-silent", "database-replica-1-lag"):
        assert found[purpose].treat_missing_data == "missing"
    lag = found["database-replica-1-lag"]
    assert lag.datapoints_to_alarm == lag.evaluation_periods == 10


def test_replicas_have_the_alarms_of_the_primary_and_one_on_lag() -> None:
    found = alarms("prod-db", "prod-db-1", "prod-db-2")
    of_primary = {name for name, alarm in found.items() if watched(alarm) == {"prod-db"}}
    of_second = {name for name, alarm in found.items() if watched(alarm) == {"prod-db-2"}}
    expected = {name.replace("database", "database-replica-2") for name in of_primary}
    assert of_second == expected | {"database-replica-2-lag"}
    assert "database-lag" not in found


def test_a_replica_that_no_longer_follows_is_an_alarm() -> None:
    lag = alarms("prod-db", "prod-db-1")["database-replica-1-lag"]
    assert isinstance(lag.metric, Expression)
    assert lag.metric.formula == "IF(lag < 0, 1000000000, lag)"
