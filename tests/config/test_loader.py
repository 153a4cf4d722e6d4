from pathlib import Path
from typing import Any

import pytest

from config import ConfigError, Settings, load, parse

MINIMAL: dict[str, Any] = {
    "app_id": "349081",
    "account_id": "123456789012",
    "region": "us-west-2",
    "domain": "example.com",
}


def faults(**changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse({**MINIMAL, **changes}, "prod", "prod.toml")
    return [str(fault) for fault in caught.value.faults]


def test_four_keys_are_enough_for_production() -> None:
    settings = parse(MINIMAL, "prod", "prod.toml")
    assert settings.naming.prefix == "prod-349081"
    assert settings.deletion_protection is True
    assert settings.database.multi_az is True
    assert settings.availability_zones == ("us-west-2a", "us-west-2b", "us-west-2c")
    assert settings.site_names == ("example.com", "www.example.com")


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_committed_environments_are_valid(environment: str) -> None:
    assert load(environment).environment == environment


def test_a_release_may_go_without_the_alarm_that_would_stop_it(tmp_path: Path) -> None:
    lines = [f'{name} = "{value}"' for name, value in MINIMAL.items()]
    file = tmp_path / "prod.toml"
    file.write_text("\n".join([*lines, "[application.instance_refresh]", "error_percent = 2.0"]))
    refresh = load("prod", tmp_path, watched=False).application.instance_refresh
    assert (refresh.watched, refresh.error_percent) == (False, 2.0)
    assert load("prod", tmp_path).application.instance_refresh.watched
    file.write_text("\n".join([*lines, "application.instance_refresh = 3"]))
    with pytest.raises(ConfigError, match=r"application\.instance_refresh: received 3"):
        load("prod", tmp_path, watched=False)


def test_settings_cannot_be_changed() -> None:
    settings = parse(MINIMAL, "prod", "prod.toml")
    with pytest.raises(ValueError, match="frozen"):
        settings.database.multi_az = False  # type: ignore[misc]


def test_every_missing_key_is_reported_with_its_remedy() -> None:
    with pytest.raises(ConfigError) as caught:
        parse({}, "prod", "environments/prod.toml")
    assert str(caught.value).splitlines() == [
        "environments/prod.toml: 4 faults",
        "  account_id: received nothing; add it: 12 digits, as a string, such as "
        "123456789012 (the AWS account)",
        "  app_id: received nothing; add it: lower-case letters and digits, as a string, 1 to 17 "
        "characters, such as 349081 (what names start with, after the environment's)",
        "  domain: received nothing; "
        "add it: a lower-case domain name without scheme or final dot, of labels of at most 63 "
        "letters, digits and -, at most 64 characters, such as example.com (the site's domain)",
        "  region: received nothing; "
        "add it: an AWS region of the commercial partition, such as us-west-2 (where it runs)",
    ]


def test_faults_of_every_kind_are_reported_together() -> None:
    reported = faults(
        domain="http://example.com",
        regoin="us-west-2",
        network={"cidr_block": "10.0.0.0/28"},
        application={"port": "8080", "capacity": {"min_size": 5, "max_size": 2}},
        database={"read_replicas": 1},
    )
    assert [line.split(":")[0] for line in reported] == [
        "application.capacity.min_size",
        "application.port",
        "database.read_replicas",
        "domain",
        "network.cidr_block",
        "regoin",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"regoin": "x"}, 'regoin: received "x"; did you mean region?'),
        (
            {"network": {"nat_gateway": "none"}},
            'network.nat_gateway: received "none"; did you mean nat_gateways?',
        ),
        (
            {"edge": {"waf": {"nothing_like_it": 1}}},
            "edge.waf.nothing_like_it: received 1; "
            "use one of: body_limits, count_only, count_only_rules, managed_rule_groups, "
            "rate_limit",
        ),
        (
            {"deletion_protection": "yes"},
            'deletion_protection: received "yes"; expected true or false (true: data and the load '
            "balancer cannot be deleted; false: they can, and database.final_snapshot says what "
            "stays)",
        ),
        (
            {"network": {"interface_endpoints": ["ssm", "fax"]}},
            'network.interface_endpoints[1]: received "fax"; expected "autoscaling", "ec2", '
            '"events", "kms", "lambda", "logs", "monitoring", "secretsmanager", "sns", "sqs", '
            '"ssm", "ssmmessages", "sts" or "xray"',
        ),
        (
            {"network": {"interface_endpoints": ["ec2messages", "ssm"]}},
            'network.interface_endpoints[0]: received "ec2messages"; remove it: AWS retired this '
            "service on 2026-09-30, and SSM Agent uses ssmmessages from version 3.3.40 on",
        ),
        (
            {"account_id": 123456789012},
            "account_id: received 123456789012; "
            "expected 12 digits, as a string, such as 123456789012 (the AWS account)",
        ),
        ({"network": 5}, "network: received 5; expected a table with the keys cidr_block, "),
        (
            {"application": {"schedules": [{"name": "night"}]}},
            "application.schedules[0].max_size: received nothing; "
            "add it: a whole number from 0 to 1000 (most instances)",
        ),
        (
            {"environment": "prod"},
            'environment: received "prod"; remove it: the file\'s name is the environment',
        ),
        (
            {"log_retention_days": 42},
            "log_retention_days: received 42; "
            "expected 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827 or "
            "3653 (days that a log group keeps what is in it)",
        ),
    ],
)
def test_a_value_of_the_wrong_kind(changes: dict[str, Any], expected: str) -> None:
    assert any(line.startswith(expected) for line in faults(**changes))


def test_a_fault_does_not_cause_others() -> None:
    assert len(faults(application={"capacity": {"min_size": "three", "max_size": 1}})) == 1
    assert len(faults(network={"availability_zone_count": "three"})) == 1


def test_unknown_environments_are_named_beside_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="set APP_ENV to one of: dev, options, prod, staging"):
        load("production")


@pytest.mark.parametrize("name", ["PROD", "prod.toml", "environments/prod.toml", "Prod", "prd"])
def test_who_writes_the_file_or_capitals_is_told_the_name(name: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(name, chosen_by="--env")
    (fault,) = refusal.value.faults
    assert fault.key == "--env"
    assert fault.remedy == "did you mean prod? set --env to one of: dev, options, prod, staging"


@pytest.mark.parametrize("name", ["../prod", "", "prod.toml"])
def test_an_environment_is_a_name_and_not_a_path(name: str) -> None:
    with pytest.raises(ConfigError, match="set APP_ENV"):
        load(name)


def test_broken_syntax_is_one_fault_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "prod.toml").write_text('app_id = "1\n')
    with pytest.raises(ConfigError, match="at line 1, column 12"):
        load("prod", tmp_path)


def test_an_unusable_file_name_is_a_fault(tmp_path: Path) -> None:
    lines = (f'{key} = "{value}"' for key, value in MINIMAL.items())
    (tmp_path / "Prod_1.toml").write_text("\n".join(lines))
    with pytest.raises(ConfigError, match=r"expected a lower-case letter, .* \(the file's name\)"):
        load("Prod_1", tmp_path)


def test_committed_environments_do_not_overlap_in_the_network() -> None:
    blocks = [load(name).network.cidr_block for name in ("prod", "staging", "dev")]
    assert len(set(blocks)) == len(blocks)


def test_settings_carry_descriptions_for_people() -> None:
    assert Settings.model_fields["deletion_protection"].description


def test_processes_beside_web_have_names_of_their_own() -> None:
    processes = [{"name": "boot"}, {"name": "worker", "schedule": "0 3 * *"}]
    assert faults(application={"app": {"processes": processes}}) == [
        'application.app.processes[0].name: received "boot"; expected a lower-case letter, then '
        "lower-case letters, digits and -, at most 32 characters, such as worker (what the line "
        "begins with); not boot, cloud-init-output, credentials, messages, release, web, which "
        "have a meaning of their own",
        'application.app.processes[1].schedule: received "0 3 * *"; expected five cron fields: '
        "minute, hour, day, month, day of the week, at most 100 characters, such as "
        '"0 7 * * MON-FRI" (when it is run, once over all instances; when absent, it runs all '
        "the time on each); give 5 fields with single spaces between them",
    ]
    twice = {"app": {"processes": [{"name": "worker"}, {"name": "worker", "stop_seconds": 5}]}}
    assert faults(application=twice) == [
        'application.app.processes[1].name: received "worker"; give each process its own name'
    ]
