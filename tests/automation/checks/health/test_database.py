import datetime

import pytest

from automation.aws.clients import Clients
from automation.checks import Finding, run
from automation.checks.health.database import database_checks
from automation.emulator import Emulator
from config import Settings
from tests.automation.checks.health.conftest import sound
from tests.automation.checks.health.site import Site

GIB = 1024**3


def look(clients: Clients, settings: Settings) -> dict[str, Finding]:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=1)
    findings = run("database", clients, settings, database_checks(settings, soon))
    return {finding.what: finding for finding in findings}


def with_database(settings: Settings, **values: object) -> Settings:
    return settings.model_copy(update={"database": settings.database.model_copy(update=values)})


def test_a_database_in_good_health(site: Site, clients: Clients, settings: Settings) -> None:
    name = site.database()
    site.measure("FreeStorageSpace", 15 * GIB, instance=name)
    assert sound(look(clients, settings)) == {
        f"{name}: state": "available",
        f"{name}: Multi-AZ": "no",
        f"{name}: changes to come": "none",
        f"{name}: parameters to apply": "none",
        f"storage of {name}: free": "15.0 of 20 GiB",
    }


def test_metrics_that_are_still_to_come(site: Site, clients: Clients, settings: Settings) -> None:
    name = site.database()
    finding = look(clients, settings)[f"storage of {name}: free"]
    assert finding.warning
    assert (finding.detail, finding.remedy) == (
        "unknown: no data",
        "look again in some minutes: a new instance has no metrics yet",
    )


def test_storage_that_is_nearly_full(site: Site, clients: Clients, settings: Settings) -> None:
    name = site.database()
    site.measure("FreeStorageSpace", 1.5 * GIB, instance=name)
    finding = look(clients, settings)[f"storage of {name}: free"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found 1.5 of 20 GiB, expected 2 at least",
        "raise database.max_allocated_storage_gib, which is 50",
    )


def test_a_standby_that_is_missing(site: Site, clients: Clients, settings: Settings) -> None:
    name = site.database()
    finding = look(clients, with_database(settings, multi_az=True))[f"{name}: Multi-AZ"]
    assert (finding.ok, finding.detail) == (False, "found no, expected yes")


@pytest.mark.parametrize("immediately", [True, False])
def test_a_change_that_waits(
    immediately: bool, site: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    name = site.database()
    emulator.client("rds").modify_db_instance(
        DBInstanceIdentifier=name, DBInstanceClass="db.t4g.small"
    )
    changed = with_database(settings, apply_immediately=immediately)
    finding = look(clients, changed)[f"{name}: changes to come"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        (
            False,
            "found DBInstanceClass db.t4g.small, expected none",
            "see its events: what should have been applied at once was not",
        )
        if immediately
        else (
            True,
            "DBInstanceClass db.t4g.small",
            "wait for the maintenance window, sun:04:30-sun:05:30",
        )
    )


def test_a_database_that_is_stopped(
    site: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    name = site.database()
    emulator.client("rds").stop_db_instance(DBInstanceIdentifier=name)
    finding = look(clients, settings)[f"{name}: state"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found stopped, expected one that serves",
        f"see why: `aws rds describe-events --source-type db-instance --source-identifier {name}`",
    )


def test_replicas_in_step(site: Site, clients: Clients, settings: Settings) -> None:
    name = f"{site.database(replicas=1)}-replica-1"
    site.measure("ReplicaLag", 2, instance=name)
    found = look(clients, with_database(settings, read_replicas=1))
    assert found[f"replication to {name}: state"].detail == "read replication replicating"
    assert found[f"replication to {name}: lag"].detail == "2 s"
    assert f"{name}: Multi-AZ" not in found
    assert all(finding.ok for finding in found.values())


@pytest.mark.parametrize("lag", [61, -1])
def test_a_replica_that_lags(lag: int, site: Site, clients: Clients, settings: Settings) -> None:
    name = f"{site.database(replicas=1)}-replica-1"
    site.measure("ReplicaLag", lag, instance=name)
    finding = look(clients, with_database(settings, read_replicas=1))[f"replication to {name}: lag"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        f"found {lag} s, expected 60 s at most",
        "see whether the primary takes more writes than the replica's class can follow",
    )


def test_a_replica_that_was_promoted(
    site: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    name = f"{site.database(replicas=1)}-replica-1"
    emulator.client("rds").promote_read_replica(DBInstanceIdentifier=name)
    finding = look(clients, with_database(settings, read_replicas=1))[
        f"replication to {name}: state"
    ]
    assert (finding.ok, finding.detail) == (
        False,
        "found none, expected read replication replicating",
    )
