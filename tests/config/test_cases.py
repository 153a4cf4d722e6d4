"""Inputs that once passed or ended in a traceback, and what is to be said of each."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

import main
from artifact import ArtifactError
from config import ConfigError, load

CASES = Path(__file__).parent / "cases"
SAME = "remove it: monitoring.alarm_emails[0] is the same"
# The keys of the faults, each with what its line has to say.
REFUSED: dict[str, dict[str, str]] = {
    "alias_fqdn": {"dns.aliases[0]": 'write "www": aliases are names below domain'},
    "app_health_interp": {"application.health_check.path": "expected a URL path"},
    "arabic_account": {"account_id": "expected 12 digits"},
    "country": {"edge.blocked_countries[0]": 'write "GB"'},
    "db_user_reserved": {"database.master_username": "does not start with rds"},
    "db_window_5min": {"database.maintenance_window": "it has 5 minutes"},
    "dup_emails": {"monitoring.alarm_emails[1]": SAME},
    "dupemail": {"monitoring.alarm_emails[1]": SAME},
    "edge_csp_newline": {"edge.content_security_policy": "expected one line of ASCII"},
    "edge_paths_second_all": {"edge.static_paths[1]": "the application's own pages match it"},
    "huge_int": {"log_retention_days": "give a number that fits"},
    "nat_none_no_endpoints": {
        "network.interface_endpoints": 'add "autoscaling", "logs", "monitoring"'
    },
    "reserved": {
        "database.database_name": "mysql is a schema of MySQL's own",
        "database.master_username": "rdsadmin is reserved",
    },
    "sched_bogus_tz": {"application.schedules[0].time_zone": "expected an IANA time zone"},
    "sched_words": {"application.schedules[0].recurrence": "'every' is no minute"},
    "slo_promises": {
        "monitoring.slo.availability": "expected a number from 95.0 to 99.99",
        "monitoring.slo.latency": "expected a number from 95.0 to 99.99",
        "monitoring.slo.least_failures": "expected a whole number from 1",
    },
    "tag_key_bad": {
        'tags.extra."a!b"': "expected letters, digits, spaces and",
        'tags.extra."a<b>"': "expected letters, digits, spaces and",
    },
    "tag_key_case": {"tags.extra": "choose another key: there is"},
    "tagcase": {"tags.extra": "choose another key: there is Owner already"},
    "thr_inf": {"monitoring.thresholds.latency_p50_seconds": "give a number that fits"},
    "thr_order": {
        "monitoring.thresholds.latency_p95_seconds": "give at least",
        "monitoring.thresholds.latency_p99_seconds": "give at least",
        "monitoring.thresholds.outage_percent": "give at least",
    },
    "thr_storage_gt": {
        "monitoring.thresholds.database_free_storage_gib": "give at most 9, less than 10 %"
    },
}
OF_THE_APPLICATION = {
    "dir_file": "main.py is no directory: correct application.app.directory",
    "static_missing": "no_such_static is missing: correct application.app.static_directory",
}
ACCEPTED = ("bom", "metal", "timezone")


def environment(case: str, folder: Path) -> Path:
    shutil.copyfile(CASES / f"{case}.toml", folder / "zcase.toml")
    return folder


def test_every_case_has_its_answer() -> None:
    names = sorted(file.stem for file in CASES.glob("*.toml"))
    assert names == sorted([*REFUSED, *OF_THE_APPLICATION, *ACCEPTED])


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_wrong_is_refused_by_its_key(case: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load("zcase", environment(case, tmp_path))
    expected = REFUSED[case]
    assert {fault.key for fault in caught.value.faults} == set(expected)
    for fault in caught.value.faults:
        assert expected[fault.key] in fault.remedy
        assert "\n" not in str(fault)


@pytest.mark.parametrize("case", OF_THE_APPLICATION)
def test_what_is_wrong_with_the_application_is_refused(case: str, tmp_path: Path) -> None:
    settings = load("zcase", environment(case, tmp_path))
    with pytest.raises(ArtifactError) as caught:
        main.release_of(settings)
    assert OF_THE_APPLICATION[case] in str(caught.value)


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_right_is_accepted(case: str, tmp_path: Path) -> None:
    assert load("zcase", environment(case, tmp_path)).environment == "zcase"


BROKEN = """
app_id = "1"
account_id = "12"
region = "us-west-2"
domain = "example.com"
application.app = { directory = "%s", static_directory = "assets" }
"""


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings with a fault, for an application with several."""
    (tmp_path / "zcase.toml").write_text(BROKEN % tmp_path)
    (tmp_path / "Procfile").write_text("web python\nworker: run\n")
    (tmp_path / "link").symlink_to("nowhere")
    monkeypatch.setenv("APP_ENV", "zcase")
    monkeypatch.setattr(main, "load", lambda name, **given: load(name, tmp_path, **given))
    return tmp_path


def answer(capsys: pytest.CaptureFixture[str]) -> Sequence[str]:
    assert main.main() == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_settings_procfile_and_directory_are_told_together(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys) == [
        f"{broken.name}/zcase.toml: 1 fault",
        '  account_id: received "12"; expected 12 digits, as a string, such as 123456789012 '
        "(the AWS account)",
        f"{broken}/Procfile, line 1: received `web python`; expected `web: <command>`",
        f"{broken}/Procfile: `worker` is none of application.app.processes: add "
        "[[application.app.processes]] with the name to the environment's file, or remove the line",
        f"{broken}/link is a symbolic link: put the file itself there",
        f"{broken}/assets is missing: correct application.app.static_directory, or leave it out",
    ]


def test_a_published_release_needs_no_directory(
    broken: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_RELEASE", "a" * 64)
    assert [line.split(":")[0] for line in answer(capsys)] == [
        f"{broken.name}/zcase.toml",
        "  account_id",
    ]


def test_a_faulty_directory_is_not_looked_at(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (broken / "zcase.toml").write_text(BROKEN % r"a\n")
    assert [line.split(":")[0] for line in answer(capsys)] == [
        f"{broken.name}/zcase.toml",
        "  account_id",
        "  application.app.directory",
    ]
