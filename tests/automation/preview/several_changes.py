"""Pull requests that change several things at once, and what a preview says of each of them."""

from pathlib import Path

from tests.automation.preview.pull_requests import (
    SETTINGS,
    Change,
    another_stack,
    anybody_may_log_in,
    edit,
    setting,
)


def several(*changes: Change) -> Change:
    """All of them in one pull request."""

    def change(project: Path) -> None:
        for each in changes:
            each(project)

    return change


def in_table(table: str, *lines: str) -> Change:
    """Further lines in a table of the settings, which has them not."""
    text = "".join(f"{line}\n" for line in lines)

    def change(project: Path) -> None:
        file = project / SETTINGS
        content, header = file.read_text(encoding="utf-8"), f"[{table}]\n"
        if header not in content:
            content += f"\n{header}"
        file.write_text(content.replace(header, header + text), encoding="utf-8")

    return change


ANOTHER_TAG = edit(SETTINGS, 'owner = "platform"', 'owner = "shop"')
MORE_RIGHTS = edit(
    "modules/application/instance_role.py",
    'sid="CompleteLaunch",\n            actions=[\n',
    'sid="CompleteLaunch",\n            actions=[\n                "iam:PassRole",\n',
)

# What is changed; what of what follows is no matter of routine; and what else is changed.
SEVERAL: dict[str, tuple[Change, set[tuple[str, str, str]], set[tuple[str, str]]]] = {
    "a larger database, and a trail that is kept longer": (
        several(
            in_table("database", 'instance_class = "db.r7g.large"'),
            in_table("monitoring.thresholds", "database_cpu_percent = 90"),
            in_table("audit", "trail_days = 3000"),
        ),
        {("update", "aws_db_instance", "careful")},
        {
            ("update", "aws_s3_bucket_lifecycle_configuration"),
            ("update", "aws_cloudwatch_metric_alarm"),
        },
    ),
    "less protection beside a larger database": (
        several(
            in_table("database", 'instance_class = "db.r7g.large"'),
            setting("deletion_protection = false"),
        ),
        {
            ("update", "aws_db_instance", "blocking"),
            ("update", "aws_lb", "blocking"),
            ("update", "aws_s3_bucket", "blocking"),
            ("update", "aws_backup_vault", "blocking"),
            ("update", "aws_secretsmanager_secret", "careful"),
        },
        {("update", "aws_autoscaling_group")},
    ),
    "an open port among a tag everywhere": (
        several(ANOTHER_TAG, anybody_may_log_in),
        {("create", "aws_vpc_security_group_ingress_rule", "blocking")},
        {("update", "aws_vpc")},
    ),
    "shorter backups beside more of the trail": (
        several(
            in_table("audit", "backup_days = 14", "trail_days = 3000"),
            in_table("database", "backup_days = 7"),
        ),
        {("update", "aws_backup_plan", "blocking"), ("update", "aws_db_instance", "blocking")},
        {("update", "aws_s3_bucket_lifecycle_configuration")},
    ),
    "a name more, and more requests from one address": (
        several(
            in_table("dns", 'aliases = ["www", "shop"]'),
            in_table("edge.waf", "rate_limit = 5000"),
        ),
        {
            ("replace", "aws_acm_certificate", "careful"),
            ("replace", "aws_acm_certificate_validation", "careful"),
            ("update", "aws_lb_listener", "careful"),
            ("update", "aws_cloudfront_distribution", "careful"),
            ("update", "aws_wafv2_web_acl", "careful"),
        },
        {("create", "aws_route53_record")},
    ),
    "a flow log under another name, of less": (
        several(
            edit("stacks/audit.py", '"flow-logs",', '"traffic-logs",'),
            in_table("network", 'flow_log_traffic = "REJECT"'),
        ),
        {("destroy", "aws_flow_log", "blocking")},
        {("create", "aws_flow_log")},
    ),
    "a role that may do more, and another boot": (
        several(
            MORE_RIGHTS,
            edit("modules/application/boot/start-application", "umask 022", "umask 027"),
        ),
        {
            ("update", "aws_iam_role_policy", "careful"),
            ("update", "aws_launch_template", "careful"),
        },
        {("update", "aws_autoscaling_group")},
    ),
    "a tier more, and a NAT gateway for all": (
        several(another_stack, in_table("network", 'nat_gateways = "single"')),
        {
            ("destroy", "aws_cloudwatch_metric_alarm", "careful"),
            ("destroy", "aws_eip", "careful"),
            ("destroy", "aws_nat_gateway", "careful"),
            ("update", "aws_route", "careful"),
        },
        {("create", "aws_ssm_parameter"), ("update", "aws_cloudwatch_dashboard")},
    ),
    "alarms that tell nobody, at other thresholds": (
        several(
            edit(SETTINGS, 'alarm_emails = ["on-call@example.com"]', "alarm_emails = []"),
            in_table("monitoring.thresholds", "error_rate_percent = 5.0"),
        ),
        {("destroy", "aws_sns_topic_subscription", "careful")},
        {("update", "aws_cloudwatch_metric_alarm")},
    ),
    "buckets without versions that forget sooner": (
        several(
            edit("modules/storage/bucket.py", 'status="Enabled"', 'status="Suspended"'),
            in_table("storage", "log_days = 30", "noncurrent_version_days = 400"),
        ),
        {
            ("update", "aws_s3_bucket_versioning", "blocking"),
            ("update", "aws_s3_bucket_lifecycle_configuration", "blocking"),
        },
        set(),
    ),
}
# Those of few stacks, which nothing else reads; `make changes` has all of them.
GATE = (
    "a flow log under another name, of less",
    "a role that may do more, and another boot",
    "alarms that tell nobody, at other thresholds",
)
