import datetime
import json

import pytest

from automation.aws.clients import Clients
from automation.checks import Finding, run
from automation.checks.health.audit import audit_checks, longest_gap
from automation.emulator import Emulator
from config import Settings
from config.restore import Restore
from tests.automation.checks.health.conftest import sound
from tests.automation.checks.health.site import Site

HOUR = datetime.timedelta(hours=1)
RESTORABLE, SNAPSHOT = "automated backups: restorable until", "snapshots: newest"
DRILL, COPIES = "restore drill: last", "restore drill: copies"
FORMER = "restore drill: database before a restore"
POINT, LOGGING = "AWS Backup: newest recovery point", "trail: logging"
EVENTS = "see the events of the database and the jobs of AWS Backup"


def look(
    clients: Clients, settings: Settings, *, after: datetime.timedelta = HOUR / 60
) -> dict[str, Finding]:
    now = datetime.datetime.now(datetime.UTC) + after
    findings = run("audit", clients, settings, audit_checks(now))
    return {finding.what: finding for finding in findings}


@pytest.fixture
def backed_up(site: Site) -> Site:
    site.database()
    site.audit()
    site.back_up()
    return site


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [
        ("cron(0 7 * * ? *)", 33),
        ("cron(0 7 ? * * *)", 33),
        ("cron(0 7 ? * SUN *)", 177),
        ("cron(0 7 1 * ? *)", 753),
    ],
)
def test_how_far_apart_backups_may_be(schedule: str, hours: int) -> None:
    assert longest_gap(schedule) == hours * HOUR


@pytest.mark.usefixtures("backed_up")
def test_recent_backups_and_a_trail_that_logs(clients: Clients, settings: Settings) -> None:
    assert set(sound(look(clients, settings))) == {
        RESTORABLE,
        SNAPSHOT,
        POINT,
        DRILL,
        LOGGING,
        "trail: errors",
    }


@pytest.mark.parametrize(("hours", "stale"), [(30, set()), (34, {SNAPSHOT, POINT})])
def test_backups_get_old(
    hours: int, stale: set[str], backed_up: Site, clients: Clients, settings: Settings
) -> None:
    assert backed_up
    found = look(clients, settings, after=hours * HOUR)
    # The emulated database can always be restored to the real now, hours before this one.
    assert {what for what, each in found.items() if not each.ok} == {RESTORABLE, *stale}
    now = datetime.datetime.now(datetime.UTC)
    finding = found[RESTORABLE]
    assert finding.detail.startswith(f"found {now:%Y-%m-%d %H}:")
    assert f", expected one after {now + (hours - 1) * HOUR:%Y-%m-%d %H}:" in finding.detail
    assert finding.remedy == EVENTS


def test_a_new_database_has_no_recovery_point_yet(
    site: Site, clients: Clients, settings: Settings
) -> None:
    site.database()
    site.audit()
    finding = look(clients, settings)[POINT]
    assert (finding.warning, finding.detail) == (True, "none yet: the database is new")
    assert finding.remedy.startswith("look again after 20")
    finding = look(clients, settings, after=34 * HOUR)[POINT]
    assert finding.detail.startswith("found nothing, expected one after ")
    assert not finding.ok


def test_backups_that_are_switched_off_are_a_warning(
    backed_up: Site, clients: Clients, settings: Settings
) -> None:
    assert backed_up
    off = settings.database.model_copy(update={"backup_days": 0})
    found = look(clients, settings.model_copy(update={"database": off}))
    assert found[RESTORABLE].warning
    assert found[RESTORABLE].detail == "never: switched off"
    assert SNAPSHOT not in found


def test_a_trail_that_was_stopped(
    backed_up: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    name = backed_up.naming.name("trail")
    emulator.client("cloudtrail").stop_logging(Name=name)
    finding = look(clients, settings)[LOGGING]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found no, expected yes",
        f"find out who stopped it, and start it: `aws cloudtrail start-logging --name {name}`",
    )


def drilled(site: Site, emulator: Emulator, days: int, **otherwise: object) -> None:
    """Keep what came of a drill so many days ago, as `restore` does."""
    rds, name = emulator.client("rds"), site.naming.name("database")
    found = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    at = datetime.datetime.now(datetime.UTC) - days * 24 * HOUR
    record = {
        "at": at.isoformat(),
        "ok": True,
        "resource_id": found["DbiResourceId"],
        "rpo_seconds": 3600,
        "rto_seconds": 1500,
        "failed": [],
        **otherwise,
    }
    emulator.client("ssm").put_parameter(
        Name=site.naming.path("restore/drill"), Value=json.dumps(record), Type="String"
    )


@pytest.mark.usefixtures("backed_up")
def test_a_new_database_has_time_until_its_first_drill(
    clients: Clients, settings: Settings
) -> None:
    finding = look(clients, settings)[DRILL]
    assert (finding.ok, finding.warning) == (True, False)
    assert finding.detail.startswith("none yet: the database is new, due by 20")
    late = look(clients, settings, after=91 * 24 * HOUR)[DRILL]
    assert (late.warning, late.detail) == (True, "none")
    assert late.remedy == (
        "restore a backup beside it: `python -m automation restore --drill --env dev`"
    )


def test_a_drill_gets_old(
    backed_up: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    drilled(backed_up, emulator, 1)
    finding = look(clients, settings, after=88 * 24 * HOUR)[DRILL]
    assert (finding.ok, finding.warning) == (True, False)
    assert finding.detail.endswith(" UTC, RPO 3600 s, RTO 1500 s")
    finding = look(clients, settings, after=90 * 24 * HOUR)[DRILL]
    assert (finding.ok, finding.warning) == (True, True)


def test_a_drill_that_failed_fails(
    backed_up: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    drilled(backed_up, emulator, 1, ok=False, rto_seconds=None, failed=["messages"])
    finding = look(clients, settings)[DRILL]
    assert not finding.ok
    assert " UTC, with failed checks: messages, expected checks that hold" in finding.detail


def test_a_drill_of_a_database_before_this_one_is_none(
    backed_up: Site, clients: Clients, settings: Settings, emulator: Emulator
) -> None:
    drilled(backed_up, emulator, 1, resource_id="db-OTHER")
    assert look(clients, settings)[DRILL].detail.startswith("none yet")


@pytest.mark.usefixtures("backed_up")
def test_drills_are_not_asked_for_where_the_settings_say_so(
    clients: Clients, settings: Settings
) -> None:
    never = settings.database.model_copy(update={"restore": Restore(drill_days=0)})
    assert DRILL not in look(clients, settings.model_copy(update={"database": never}))


@pytest.mark.parametrize(
    "left",
    [
        ("drill-20261130120000", COPIES, "`python -m automation restore --clean --env dev`"),
        ("restore-20261130120000", COPIES, "`python -m automation restore --clean --env dev`"),
        ("database-before-20261130120000", FORMER, "delete it: docs/restore.md says how"),
    ],
)
def test_an_instance_that_a_restore_left_is_named(
    left: tuple[str, str, str],
    backed_up: Site,
    clients: Clients,
    settings: Settings,
    emulator: Emulator,
) -> None:
    purpose, check, remedy = left
    name = backed_up.naming.name(purpose)
    emulator.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine="mysql",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="x" * 9,
    )
    finding = look(clients, settings)[check]
    assert (finding.warning, finding.detail) == (True, name)
    assert finding.remedy.endswith(remedy)
