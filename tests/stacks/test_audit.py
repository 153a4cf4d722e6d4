import re
from collections.abc import Callable

from tests.conftest import Tiers
from tests.synthesized import Synthesized, policy

ALARM = "aws_cloudwatch_metric_alarm"


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
    topics = {each["name"]: each for each in audit.resources("aws_sns_topic").values()}
    assert set(topics) == {"prod-349081-audit-alarms", "prod-349081-global-audit-alarms"}
    assert topics["prod-349081-global-audit-alarms"]["provider"] == "aws.global"
    subscriptions = audit.resources("aws_sns_topic_subscription").values()
    assert [each["endpoint"] for each in subscriptions] == ["on-call@example.com"] * 2
    for alarm in audit.resources("aws_cloudwatch_metric_alarm").values():
        (topic,) = alarm["alarm_actions"]
        assert "aws_sns_topic_policy.topic" in topic


def test_security_alarms_can_go_to_others(options: Tiers) -> None:
    subscriptions = options["audit"].resources("aws_sns_topic_subscription").values()
    assert [each["endpoint"] for each in subscriptions] == ["security@example.org"] * 2


def test_copies_have_a_key_of_their_region(options: Tiers, prod: Tiers) -> None:
    (vault,) = [
        each
        for each in options["audit"].resources("aws_backup_vault").values()
        if each.get("provider") == "aws.copies"
    ]
    assert "aws_kms_keybackup-copy_key" in vault["kms_key_arn"]
    providers = options["audit"].parsed["provider"]["aws"]
    assert [(each.get("alias"), each["region"]) for each in providers] == [
        (None, "us-east-1"),
        ("global", "us-east-1"),
        ("copies", "us-west-2"),
    ]
    (key,) = [
        each
        for each in options["security"].resources("aws_kms_key").values()
        if each.get("provider") == "aws.copies"
    ]
    statements = policy(key["policy"])
    services = ["backup.us-west-2.amazonaws.com", "rds.us-west-2.amazonaws.com"]
    condition = statements["UseThroughServices"]["Condition"]["StringEquals"]
    assert condition["kms:ViaService"] == services
    aliases = [each.get("alias") for each in prod["audit"].parsed["provider"]["aws"]]
    assert aliases == [None, "global"]


def test_a_trail_that_delivers_nothing_is_told(prod: Tiers) -> None:
    alarm = prod["monitoring"].one(ALARM, alarm_name="prod-349081-trail-silent")
    assert (alarm["namespace"], alarm["metric_name"]) == ("AWS/Logs", "IncomingLogEvents")
    assert alarm["treat_missing_data"] == "missing"
    assert alarm["insufficient_data_actions"] == alarm["alarm_actions"] != []


def test_somebody_is_told_whichever_key_is_lost(platform: Tiers) -> None:
    # AWS does not say whether a log group takes events while its key is disabled.
    audit, monitoring = platform["audit"], platform["monitoring"]
    counting = {key_of_the_topic(audit, "key-loss"), key_of_the_topic(monitoring, "lost-keys")}
    silence = key_of_the_topic(monitoring, "trail-silent")
    for key in platform["security"].resources("aws_kms_key"):
        assert counting - {key}, key
        assert key != key_of_the_trail(platform) or key != silence, key


def key_of_the_topic(tier: Synthesized, alarm: str) -> str:
    """The key of the topic that an alarm tells."""
    (told,) = (
        each["alarm_actions"]
        for each in tier.resources(ALARM).values()
        if each["alarm_name"].endswith(alarm)
    )
    (policy_id,) = re.findall(r"aws_sns_topic_policy\.([\w-]+)", str(told))
    topic = tier.resources("aws_sns_topic_policy")[policy_id]["arn"]
    (topic_id,) = re.findall(r"aws_sns_topic\.([\w-]+)", topic)
    return upstream_key(tier.resources("aws_sns_topic")[topic_id]["kms_master_key_id"])


def key_of_the_trail(platform: Tiers) -> str:
    groups = platform["audit"].resources("aws_cloudwatch_log_group").values()
    (group,) = (each for each in groups if each["name"].endswith("trail"))
    return upstream_key(group["kms_key_id"])


def upstream_key(reference: str) -> str:
    """The construct of a key that another tier hands over."""
    (key,) = re.findall(r"aws_kms_key([\w-]+?)arn", reference)
    return str(key)
