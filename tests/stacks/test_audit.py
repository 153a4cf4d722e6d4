from collections.abc import Callable

from tests.conftest import Tiers


def test_assets_artifacts_states_and_the_trail_itself_are_recorded(prod: Tiers) -> None:
    selectors = prod["audit"].only("aws_cloudtrail")["advanced_event_selector"]
    recorded = [
        prefix
        for selector in selectors
        for field in selector["field_selector"]
        for prefix in field.get("starts_with", [])
        if field["field"] == "resources.ARN"
    ]
    assets, artifacts, states, through_access_point, own = recorded
    assert "aws_s3_bucketassets_bucket" in assets
    assert "aws_s3_bucketartifacts_bucket" in artifacts
    assert states == "arn:aws:s3:::prod-349081-tfstate-123456789012/"
    assert "aws_s3_access_point" in through_access_point
    assert "bucket" in own
    assert all(each.endswith("/") for each in (assets, artifacts, own))


def test_the_trail_and_its_bucket_share_the_logs_key(prod: Tiers) -> None:
    audit = prod["audit"]
    encryption = audit.only("aws_s3_bucket_server_side_encryption_configuration")
    (rule,) = encryption["rule"]
    key = rule["apply_server_side_encryption_by_default"]["kms_master_key_id"]
    assert key == audit.only("aws_cloudtrail")["kms_key_id"]
    assert "aws_kms_keylogs_key" in key


def test_reads_of_the_trail_are_logged(prod: Tiers) -> None:
    logging = prod["audit"].only("aws_s3_bucket_logging")
    assert "logs_policy" in logging["target_bucket"]


def test_the_database_and_what_visitors_leave_are_backed_up(prod: Tiers) -> None:
    database, assets = prod["audit"].only("aws_backup_selection")["resources"]
    assert "aws_db_instance" in database
    assert "aws_s3_bucketassets_bucket" in assets
    assert all(each.endswith("arn}") for each in (database, assets))
    # AWS Backup takes no bucket without versions.
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
    assert prod["storage"].has(
        "aws_s3_bucket_versioning", versioning_configuration={"status": "Enabled"}
    )


def test_backups_have_a_key_and_a_lock_of_their_own(platform_of: Callable[[str], Tiers]) -> None:
    prod, dev = (platform_of(each)["audit"] for each in ("prod", "dev"))
    key = prod.only("aws_backup_vault")["kms_key_arn"]
    assert "aws_kms_keybackup_key" in key
    assert prod.only("aws_backup_vault_lock_configuration")["min_retention_days"] == 7
    # Nothing in dev is worth keeping.
    assert not dev.resources("aws_backup_vault_lock_configuration")


def test_backups_of_a_disposable_environment_go_with_it(
    platform_of: Callable[[str], Tiers],
) -> None:
    for environment, disposable in (("prod", False), ("dev", True)):
        audit = platform_of(environment)["audit"]
        assert audit.has("aws_backup_vault", force_destroy=disposable)


def test_alarms_of_the_account_have_a_topic_of_their_own(prod: Tiers) -> None:
    audit = prod["audit"]
    assert audit.only("aws_sns_topic")["name"] == "prod-349081-audit-alarms"
    assert audit.only("aws_sns_topic_subscription")["endpoint"] == "on-call@example.com"
    for alarm in audit.resources("aws_cloudwatch_metric_alarm").values():
        (topic,) = alarm["alarm_actions"]
        assert "aws_sns_topic_policy.topic" in topic


def test_security_alarms_can_go_to_others(options: Tiers) -> None:
    subscription = options["audit"].only("aws_sns_topic_subscription")
    assert subscription["endpoint"] == "security@example.org"
