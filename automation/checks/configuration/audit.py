"""Checks of the audit tier."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from automation.aws.clients import Clients
from automation.aws.states import STATE
from automation.checks import Check, Claim, Finding, covers, equal, lookups, only, run, same
from automation.checks.configuration.database import identifiers
from automation.checks.configuration.monitoring import alarms, topic, topic_arn
from automation.checks.configuration.storage import BucketChecks, replaced_versions
from config import Settings

if TYPE_CHECKING:
    from types_boto3_cloudtrail.type_defs import AdvancedEventSelectorOutputTypeDef

AUDIT = "audit"
TOPIC = "audit-alarms"
# The folder of the log bucket that flow logs go to.
FLOW_LOGS = "vpc"
SECURITY_ALARMS = (
    "key-loss",
    "root-use",
    "sign-in-failures",
    "sign-in-without-mfa",
    "trail-change",
)
BACKUP_ALARMS = ("backup-aborted", "backup-expired", "backup-failed")
COPY_ALARM, COPY_EVENT = "backup-copy-failed", "COPY_JOB_FAILED"
VAULT = "backups"
BACKUP_EVENTS = ("RESTORE_JOB_STARTED", "RESTORE_JOB_COMPLETED")


def check_audit(clients: Clients, settings: Settings) -> Iterator[Finding]:
    """The trail records what it should, where nobody can change it, and backups are planned."""
    bucket = BucketChecks(AUDIT, key="logs")
    days = settings.storage.noncurrent_version_days
    checks: dict[str, Check] = {
        "trail": _trail,
        "trail events": _events,
        "trail insights": _insights,
        **bucket.by_subject(),
        **bucket.logged(),
        "audit bucket lifecycle": partial(replaced_versions, purpose=AUDIT, days=days),
        "alarms": partial(alarms, purposes=purposes(settings), topic=TOPIC),
        "topic": _topic,
        "topic in us-east-1": _global_topic,
        "counted events": _counted,
        "flow logs": _flow_logs,
        "database events": _database_events,
        "backup vault": _vault,
        "backup plan": _plan,
        **({"vault of copies": _copies} if settings.audit.backup_copy_region else {}),
    }
    return run(AUDIT, clients, settings, checks)


def purposes(settings: Settings) -> list[str]:
    """The alarms that the tier has."""
    copies = [COPY_ALARM] if settings.audit.backup_copy_region else []
    return [*SECURITY_ALARMS, *BACKUP_ALARMS, *copies]


def _topic(clients: Clients, settings: Settings) -> Iterator[Claim]:
    emails = settings.audit_alarm_emails
    return topic(clients, settings, purpose=TOPIC, key="logs", emails=emails)


def _global_topic(clients: Clients, settings: Settings) -> Iterator[Claim]:
    emails, purpose = settings.audit_alarm_emails, f"global-{TOPIC}"
    return topic(clients.in_us_east_1, settings, purpose=purpose, key="global-logs", emails=emails)


def _trail(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("trail")
    found = clients.cloudtrail.get_trail(Name=name)["Trail"]
    status = clients.cloudtrail.get_trail_status(Name=name)
    yield equal("logging", status.get("IsLogging"), True)
    yield equal("every region", found.get("IsMultiRegionTrail"), True)
    yield equal("global services", found.get("IncludeGlobalServiceEvents"), True)
    yield equal("validated", found.get("LogFileValidationEnabled"), True)
    yield equal("key", found.get("KmsKeyId"), lookups.key_arn(clients, settings, "logs"))
    yield equal("bucket", found.get("S3BucketName"), settings.naming.bucket(AUDIT))
    group = settings.naming.path("audit/trail")
    arn = settings.naming.arn("logs", f"log-group:{group}")
    yield equal("log group", found.get("CloudWatchLogsLogGroupArn", "").removesuffix(":*"), arn)
    days = settings.audit.trail_log_group_days
    yield from lookups.log_group(clients, settings, group, key="logs", days=days)


def _events(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """Management events, and the use of objects, whichever way it comes."""
    name = settings.naming.name("trail")
    answer = clients.cloudtrail.get_event_selectors(TrailName=name)
    found = {each for one in answer["AdvancedEventSelectors"] for each in _recorded(one)}
    point = settings.naming.arn("s3", f"accesspoint/{settings.naming.name('assets')}")
    expected = {("Management", "", ""), ("Data", "AWS::S3::AccessPoint", point)}
    for purpose in ("assets", "artifacts", STATE, AUDIT):
        expected.add(("Data", "AWS::S3::Object", f"{settings.naming.bucket_arn(purpose)}/"))
    yield covers("are recorded", found, expected)


def _recorded(
    selector: "AdvancedEventSelectorOutputTypeDef",
) -> Iterator[tuple[str, str, str]]:
    """Category, type of resource and each that its ARN may start with."""
    fields = {each["Field"]: each for each in selector["FieldSelectors"]}
    category = fields["eventCategory"].get("Equals", [])
    kind = fields["resources.type"].get("Equals", []) if "resources.type" in fields else []
    arns = fields["resources.ARN"].get("StartsWith", []) if "resources.ARN" in fields else []
    yield from ((", ".join(category), ", ".join(kind), arn) for arn in arns or [""])


def _insights(clients: Clients, settings: Settings) -> Iterator[Claim]:
    answer = clients.cloudtrail.get_insight_selectors(TrailName=settings.naming.name("trail"))
    found = [each.get("InsightType") for each in answer["InsightSelectors"]]
    yield covers("are", found, ("ApiCallRateInsight", "ApiErrorRateInsight"))


def _counted(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """What the security alarms look at."""
    answer = clients.logs.describe_metric_filters(logGroupName=settings.naming.path("audit/trail"))
    names = [each.get("filterName") for each in answer["metricFilters"]]
    yield covers("are", names, [settings.naming.name(purpose) for purpose in SECURITY_ALARMS])


def _vault(clients: Clients, settings: Settings) -> Iterator[Claim]:
    yield from _locked(clients, settings)
    name = settings.naming.name(VAULT)
    told = clients.backup.get_backup_vault_notifications(BackupVaultName=name)
    yield equal("tells", told["SNSTopicArn"], topic_arn(settings, TOPIC))
    copied = [COPY_EVENT] if settings.audit.backup_copy_region else []
    yield covers("events", told["BackupVaultEvents"], [*BACKUP_EVENTS, *copied])


def _copies(clients: Clients, settings: Settings) -> Iterator[Claim]:
    """In the other region, with a key and a lock of its own."""
    return _locked(clients.of(str(settings.audit.backup_copy_region)), settings)


def _locked(clients: Clients, settings: Settings) -> Iterator[Claim]:
    least = settings.audit.backup_lock_days
    vault = clients.backup.describe_backup_vault(BackupVaultName=settings.naming.name(VAULT))
    yield equal("key", vault["EncryptionKeyArn"], lookups.key_arn(clients, settings, "backup"))
    yield equal("locked", vault.get("Locked", False), bool(least))
    yield equal("keeps for days at least", vault.get("MinRetentionDays"), least or None)
    yield equal("locked for good from", vault.get("LockDate"), None)


def _plan(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("backup")
    pages = clients.backup.get_paginator("list_backup_plans").paginate()
    plans = [plan for page in pages for plan in page["BackupPlansList"]]
    id_ = only(
        (plan["BackupPlanId"] for plan in plans if plan.get("BackupPlanName") == name),
        f"backup plan {name}",
    )
    plan = clients.backup.get_backup_plan(BackupPlanId=id_)["BackupPlan"]
    rule = only(plan["Rules"], "backup rule")
    yield equal("vault", rule["TargetBackupVaultName"], settings.naming.name(VAULT))
    yield equal("schedule", rule.get("ScheduleExpression"), settings.audit.backup_schedule)
    days = rule.get("Lifecycle", {}).get("DeleteAfterDays")
    yield equal("keeps for days", days, settings.audit.backup_days)
    copied = [each["DestinationBackupVaultArn"] for each in rule.get("CopyActions", [])]
    region = settings.audit.backup_copy_region
    name = f"backup-vault:{settings.naming.name(VAULT)}"
    there = [settings.naming.arn("backup", name, region=region)] if region else []
    yield same("copies to", copied, there)
    selections = clients.backup.list_backup_selections(BackupPlanId=id_)["BackupSelectionsList"]
    chosen = clients.backup.get_backup_selection(
        BackupPlanId=id_, SelectionId=only(selections, "backup selection")["SelectionId"]
    )["BackupSelection"]
    database = settings.naming.arn("rds", f"db:{identifiers(settings)[0]}")
    assets = [settings.naming.bucket_arn("assets")] if settings.audit.backup_assets else []
    yield same("takes", chosen.get("Resources", []), [database, *assets])


def _flow_logs(clients: Clients, settings: Settings) -> Iterator[Claim]:
    here = lookups.vpc_id(clients, settings)
    answer = clients.ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [here]}])
    flow_log = only(answer["FlowLogs"], f"flow log of {here}")
    yield equal("state", flow_log.get("FlowLogStatus"), "ACTIVE")
    yield equal("traffic", flow_log.get("TrafficType"), settings.network.flow_log_traffic)
    found = flow_log.get("LogDestination")
    if settings.network.flow_log_destination == "s3":
        yield equal("go to", found, f"{settings.naming.bucket_arn('logs')}/{FLOW_LOGS}")
        options = flow_log.get("DestinationOptions", {})
        yield equal("format", options.get("FileFormat"), "parquet")
        yield equal("folder for each hour", options.get("PerHourPartition"), True)
    else:
        name = settings.naming.path("network/flow-logs")
        yield equal("go to", found, settings.naming.arn("logs", f"log-group:{name}"))
        yield from lookups.log_group(clients, settings, name, key="logs")


def _database_events(clients: Clients, settings: Settings) -> Iterator[Claim]:
    name = settings.naming.name("database")
    answer = clients.rds.describe_event_subscriptions(SubscriptionName=name)
    found = only(answer["EventSubscriptionsList"], f"event subscription {name}")
    yield equal("enabled", found.get("Enabled"), True)
    yield equal("tell", found.get("SnsTopicArn"), topic_arn(settings, TOPIC))
    yield same("of", found.get("SourceIdsList", []), identifiers(settings))
