from typing import Any

import pytest

from config import ConfigError, parse

MINIMAL: dict[str, Any] = {
    "app_id": "349081",
    "account_id": "123456789012",
    "region": "us-west-2",
    "domain": "example.com",
}
SECRET = "arn:aws:secretsmanager:us-west-2:123456789012:secret:api-key-a1B2c3"


def faults(**changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse({**MINIMAL, **changes}, "prod", "prod.toml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"app_id": "a" * 15},
            'app_id: received "aaaaaaaaaaaaaaa"; shorten it or the environment\'s name: '
            '"prod-aaaaaaaaaaaaaaa" has 20 characters',
        ),
        (
            {"audit": {"backup_days": 6}},
            "audit.backup_days: received 6; give at least audit.backup_lock_days, which is 7",
        ),
        (
            {"audit": {"backup_copy_region": "us-west-2"}},
            'audit.backup_copy_region: received "us-west-2"; give another region than the',
        ),
        (
            {"network": {"cidr_block": "10.0.0.0/23"}},
            'network.cidr_block: received "10.0.0.0/23"; give a network from /16 to /22',
        ),
        (
            {"network": {"cidr_block": "10.0.1.0/16"}},
            'network.cidr_block: received "10.0.1.0/16"; give a network address',
        ),
        (
            {"network": {"cidr_block": "8.8.0.0/16"}},
            'network.cidr_block: received "8.8.0.0/16"; give a private network',
        ),
        (
            {"network": {"reserved_cidr_blocks": ["10.0.128.0/20"]}},
            'network.cidr_block: received "10.0.0.0/16"; choose a network that does not overlap '
            "10.0.128.0/20 (network.reserved_cidr_blocks[0])",
        ),
        (
            {"network": {"reserved_cidr_blocks": ["10.300.0.0/16"]}},
            'network.reserved_cidr_blocks[0]: received "10.300.0.0/16"; give a network address',
        ),
        (
            {"network": {"availability_zones": ["us-west-2a", "us-west-2a", "us-west-2b"]}},
            "network.availability_zones: received "
            '["us-west-2a", "us-west-2a", "us-west-2b"]; '
            "name 3 different zones",
        ),
        (
            {"network": {"availability_zones": ["us-east-1a", "us-west-2a", "us-west-2b"]}},
            'network.availability_zones: received "us-east-1a"; name zones of the region us-west-2',
        ),
        (
            {"network": {"availability_zones": ["us-west-2a", "us-west-2b", "us-west-2i"]}},
            'network.availability_zones[2]: received "us-west-2i"; expected an availability zone',
        ),
        (
            {"network": {"leaving_zones": ["us-west-2d"]}},
            'network.leaving_zones[0]: received "us-west-2d"; name zones of the environment: '
            "us-west-2a, us-west-2b, us-west-2c",
        ),
        (
            {"network": {"leaving_zones": ["us-west-2a", "us-west-2b"]}},
            'network.leaving_zones: received ["us-west-2a", "us-west-2b"]; name fewer, so that two',
        ),
        (
            {"database": {"read_replicas": 1}},
            "database.read_replicas: received 1; set database.managed_password = false",
        ),
        (
            {
                "database": {
                    "read_replicas": 1,
                    "managed_password": False,
                    "blue_green_updates": True,
                }
            },
            "database.read_replicas: received 1; set database.blue_green_updates = false",
        ),
        (
            {
                "deletion_protection": False,
                "database": {"read_replicas": 1, "managed_password": False, "backup_days": 0},
            },
            "database.backup_days: received 0; give at least 1",
        ),
        (
            {
                "database": {
                    "read_replicas": 1,
                    "managed_password": False,
                    "engine_version": "8.4.7",
                }
            },
            'database.engine_version: received "8.4.7"; give "8.4": with read replicas RDS does '
            "upgrades itself, the replicas first",
        ),
        (
            {"database": {"blue_green_updates": True}},
            "database.blue_green_updates: received true; set it to false, or "
            "database.managed_password: RDS makes no blue/green deployment of a database whose",
        ),
        (
            {
                "deletion_protection": False,
                "database": {
                    "blue_green_updates": True,
                    "managed_password": False,
                    "backup_days": 0,
                },
            },
            "database.backup_days: received 0; give at least 1: blue/green updates need",
        ),
        (
            {"database": {"final_snapshot": False}},
            "database.final_snapshot: received false; set it to true while deletion_protection is "
            "true",
        ),
        (
            {"database": {"database_insights_mode": "advanced", "performance_insights": False}},
            'database.database_insights_mode: received "advanced"; give "standard", or set '
            "database.performance_insights = true",
        ),
        (
            {"monitoring": {"thresholds": {"database_free_storage_gib": 0}}},
            "monitoring.thresholds.database_free_storage_gib: received 0; expected a whole number "
            "from 1 to 5957",
        ),
        (
            {"monitoring": {"thresholds": {"database_free_storage_gib": 10}}},
            "monitoring.thresholds.database_free_storage_gib: received 10; give at most 9, less "
            "than 10 % of database.allocated_storage_gib, which is 100: RDS itself makes room",
        ),
        (
            {
                "database": {"allocated_storage_gib": 20},
                "monitoring": {"thresholds": {"database_free_storage_gib": 2}},
            },
            "monitoring.thresholds.database_free_storage_gib: received 2; give at most 1, less",
        ),
        (
            {"database": {"backup_days": 1}},
            "database.backup_days: received 1; give at least 7 while deletion_protection is true",
        ),
        (
            {"database": {"backup_window": "04:00-05:00"}},
            'database.maintenance_window: received "sun:04:30-sun:05:30"; choose a window apart',
        ),
        (
            {"database": {"max_allocated_storage_gib": 109}},
            "database.max_allocated_storage_gib: received 109; give at least 110",
        ),
        (
            {"database": {"monitoring_interval_seconds": 7}},
            "database.monitoring_interval_seconds: received 7; expected 1, 5, 10, 15, 30 or 60 ",
        ),
        (
            {"database": {"instance_class": "db.t4g.micro"}},
            "database.performance_insights: received true; set it to false",
        ),
        (
            {"application": {"capacity": {"min_size": 4, "max_size": 3}}},
            "application.capacity.min_size: received 4; "
            "give at most application.capacity.max_size, which is 3",
        ),
        (
            {"application": {"architecture": "x86_64"}},
            'application.instance_types[0]: received "m7g.large"; it is arm64, '
            "but application.architecture is x86_64",
        ),
        (
            {"application": {"instance_types": ["m7g.large", "m7i.large"]}},
            'application.instance_types[1]: received "m7i.large"; it is x86_64',
        ),
        (
            {"application": {"health_check": {"timeout_seconds": 15}}},
            "application.health_check.timeout_seconds: received 15; give less than",
        ),
        (
            {"edge": {"waf": {"count_only": ["AWSManagedRulesLinuxRuleSet"]}}},
            'edge.waf.count_only: received "AWSManagedRulesLinuxRuleSet"; name only groups of',
        ),
        (
            {"edge": {"waf": {"managed_rule_groups": ["AWSManagedRulesBotControlRuleSet"]}}},
            'edge.waf.managed_rule_groups[0]: received "AWSManagedRulesBotControlRuleSet"; '
            "remove it: this rule group needs settings of its own, which Terrace has not",
        ),
        (
            {"edge": {"waf": {"count_only_rules": ["AWSManagedRulesLinuxRuleSet/LFI_URIPATH"]}}},
            'edge.waf.count_only_rules: received "AWSManagedRulesLinuxRuleSet/LFI_URIPATH"; name',
        ),
        (
            {"edge": {"static_paths": ["/static/*", "/static/*"]}},
            'edge.static_paths[1]: received "/static/*"; '
            "remove it: edge.static_paths[0] is the same",
        ),
        (
            {"edge": {"static_paths": ["*.css"]}},
            'edge.static_paths[0]: received "*.css"; expected',
        ),
        (
            {"edge": {"static_paths": ["/*.css", "/static/*"]}},
            'edge.static_paths[0]: received "/*.css"; start with a folder, such as /static/*: the '
            "application's static files go there",
        ),
        (
            {"application": {"app": {"variables": {"PORT": "80"}}}},
            'application.app.variables: received "PORT"; choose another name: not '
            "ASSETS_BASE_URL, HOME, PATH, PORT, and none that starts with APP_, AWS_, DB_, OTEL_",
        ),
        (
            {"application": {"app": {"secrets": {"DB_PASSWORD": SECRET}}}},
            'application.app.secrets: received "DB_PASSWORD"; choose another name: not',
        ),
        (
            {"application": {"app": {"variables": {"KEY": "a"}, "secrets": {"KEY": SECRET}}}},
            'application.app.variables: received "KEY"; remove it here or in '
            "application.app.secrets",
        ),
        (
            {"application": {"app": {"variables": {f"V{n}": "x" * 1024 for n in range(8)}}}},
            "application.app.variables: received 8224 bytes; shorten it and "
            "application.app.secrets to 7168 bytes: user data is limited",
        ),
        (
            {"application": {"app": {"secrets": {"KEY": SECRET.replace("us-west", "us-east")}}}},
            f'application.app.secrets.KEY: received "{SECRET.replace("us-west", "us-east")}"; '
            "name a secret of the region us-west-2: replicate it there",
        ),
        (
            {"application": {"idle_timeout_seconds": 30}},
            "application.idle_timeout_seconds: received 30; give more than 30: CloudFront keeps "
            "connections for 5 s, and waits for edge.origin_timeout_seconds",
        ),
        (
            {
                "network": {"cidr_block": "10.0.0.0/22"},
                "application": {"capacity": {"max_size": 64}},
            },
            "application.capacity.max_size: received 64; give at most 63, or a larger network: "
            "10.0.0.0/22 has no addresses for more",
        ),
        (
            {"edge": {"static_paths": ["/errors/*"]}},
            'edge.static_paths[0]: received "/errors/*"; remove it',
        ),
        (
            {"edge": {"waf": {"body_limits": [{"path": "/"}, {"path": "/", "kib": 8}]}}},
            'edge.waf.body_limits[1].path: received "/"; remove it: edge.waf.body_limits[0] is '
            "for the same paths",
        ),
        (
            {"edge": {"waf": {"body_limits": [{"path": "/", "kib": 65}]}}},
            "edge.waf.body_limits[0].kib: received 65; expected a whole number from 1 to 64",
        ),
        (
            {"edge": {"response_headers": {"preload": True}}},
            "edge.response_headers.preload: received true; set "
            "edge.response_headers.include_subdomains = true as well, or leave it out",
        ),
        (
            {"edge": {"response_headers": {"preload": True, "include_subdomains": True}}},
            "edge.response_headers.preload: received true; give at least 31536000 for "
            "edge.response_headers.transport_security_seconds, or leave it out",
        ),
        (
            {"edge": {"response_headers": {"override": ["Server"]}}},
            'edge.response_headers.override[0]: received "Server"; expected',
        ),
        ({"tags": {"extra": {"Project": ""}}}, 'tags.extra.Project: received ""; expected'),
        ({"tags": {"extra": {"A": "b", "C": "d"}}}, "tags.extra: received 2 tags; give at most 1"),
        ({"tags": {"extra": {"Owner": "me"}}}, 'tags.extra: received "Owner"; choose another key'),
    ],
)
def test_settings_that_do_not_fit_together(changes: dict[str, Any], expected: str) -> None:
    assert any(line.startswith(expected) for line in faults(**changes)), faults(**changes)


def test_schedules_are_checked_like_capacity() -> None:
    night = {"name": "night", "recurrence": "0 22 * * *", "min_size": 2, "max_size": 1}
    reported = faults(application={"schedules": [night, {**night, "max_size": 2}]})
    assert any("schedules[0].min_size: received 2" in line for line in reported)
    assert any("schedules[1].name" in line for line in reported)
