"""Which resources are there, or have their address, by what settings say.

A setting that takes a resource away, or gives it another name, is no rename of a construct.
"""

import re

_ZONES = "network.availability_zones, network.availability_zone_count"
# By stack, type and id of the resource; tests hold this against the environments of the tests.
_DECIDED = {
    r"application aws_autoscaling_schedule\.": "application.schedules",
    r"(web|application) \w+\.(private-)?(load-balancer|target-group|forwarding)_": (
        "application.load_balancer, application.both_load_balancers"
    ),
    r"edge aws_cloudfront_vpc_origin\.private-way_": "application.load_balancer",
    r"application aws_iam_role_policy\.role_(web|release)_read-secrets_": "application.app.secrets",
    r"application aws_iam_role_policy\.role_(web|release)_use-own_": "application.app.permissions",
    r"application aws_iam_role_policy\.role_(web|release)_use-database_": (
        "database.iam_authentication"
    ),
    r"audit aws_sns_topic_subscription\.": "audit.alarm_emails, monitoring.alarm_emails",
    r"monitoring \w+\.alarms_latency-burn-": "monitoring.slo.latency",
    r"monitoring \w+\.(alarms_process-failures_|errors_failures_)": "application.app.processes",
    r"monitoring aws_sns_topic_subscription\.": "monitoring.alarm_emails",
    r"(database \w+\.mysql|monitoring \w+\.alarms_database)[_-]replica-": "database.read_replicas",
    r"audit aws_backup_vault_lock_configuration\.": "audit.backup_lock_days",
    r"(security \w+\.backup-copy_|audit \w+\.(copies_|backup_alarms_backup-copy-))": (
        "audit.backup_copy_region"
    ),
    r"audit aws_iam_role_policy_attachment\.backup_bucket-": "audit.backup_assets",
    r"database \w+\.mysql_logs_(audit|general)_": "database.audit_log, database.general_log",
    r"database \w+\.mysql_master-secret_": "database.managed_password",
    r"dns \w+\.query-logging_": "dns.query_logging, dns.hosted_zone_id",
    r"dns aws_route53_(zone|record)\.zone_": "dns.hosted_zone_id",
    r"edge aws_route53_record\.names_": "domain, dns.aliases",
    r"network \w+\.(endpoints_dynamodb_|security-groups_application-to-dynamodb_)": (
        "network.dynamodb_endpoint"
    ),
    r"network aws_vpc_endpoint\.endpoints_(?!s3_|dynamodb_)": "network.interface_endpoints",
    r"audit \w+\.flow-logs_": "network.flow_log_destination",
    r"network \w+\.(vpc_egress-only-gateway_|security-groups_application-to-internet-ipv6_)": (
        "network.ipv6"
    ),
    r"network \w+\.vpc_app-default-ipv6-": f"network.ipv6, {_ZONES}",
    r"network \w+\.(vpc_nat_|vpc_app-default-|security-groups_application-to-internet_)": (
        f"network.nat_gateways, {_ZONES}"
    ),
    r"monitoring aws_cloudwatch_metric_alarm\.alarms_nat-": f"network.nat_gateways, {_ZONES}",
    r"network \w+\.vpc_(app|database|public)[_-][a-z]+-[a-z]_": _ZONES,
}


def by(address: str) -> str:
    """The settings that decide about a resource, given its stack and address; none if empty."""
    for pattern, settings in _DECIDED.items():
        if re.match(pattern, address):
            return settings
    return ""


def unused(addresses: set[str]) -> list[str]:
    """The patterns by which nothing is decided."""
    return [each for each in _DECIDED if not any(re.match(each, found) for found in addresses)]
