"""RDS: what is in use stays, what instances and groups forget, classes on offer, pending changes.

An instance that forgets its certificate authority has another one than was asked for, so that the
provider modifies it right after creation and waits for 80 seconds more.
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
"""

import uuid
from typing import Any

from botocore import xform_name
from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
from moto.rds.exceptions import SubscriptionNotFoundError
from moto.rds.models import DBInstance, EventSubscription
from moto.rds.responses import RDSResponse

from automation.emulator.extensions import rds_in_use
from automation.emulator.extensions.double import Refused, remember

_DEFAULT_AUTHORITY = "rds-ca-rsa2048-g1"
# By the name in requests, the name in answers.
_FORGOTTEN = {
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
}
_STANDARD = "standard"
# Of a restored instance: off unless the restore says otherwise.
_SWITCHES = (
    "AutoMinorVersionUpgrade",
    "CopyTagsToSnapshot",
    "DeletionProtection",
    "MultiAZ",
    "PubliclyAccessible",
)
# What waits for the maintenance window, unless it is to be applied immediately.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ModifyInstance.Settings.html
_PENDING = ("AllocatedStorage", "DBInstanceClass", "EngineVersion", "MultiAZ")
_REPLICATING = {"StatusType": "read replication", "Normal": True, "Status": "replicating"}
_MYSQL = ("8.0.43", "8.0.44", "8.4.6", "8.4.7")
# What a subscription may change of itself, by the name in requests.
_CHANGED = {
    "SnsTopicArn": "sns_topic_arn",
    "SourceType": "source_type",
    "EventCategories": "event_categories",
    "Enabled": "enabled",
}


class Rds(RDSResponse):
    """Instances as AWS describes them."""

    def create_db_instance(self) -> ActionResult:
        """AWS's default authority, and an id of its own."""
        given = self.params.original_dict()
        rds_in_use.check_count(self.backend)
        rds_in_use.check_names(given)
        rds_in_use.check_insights({}, given)
        rds_in_use.check_keys(self.current_account, self.region, given)
        rds_in_use.check_family(self.backend, given)
        rds_in_use.check_logs(given["Engine"], given.get("EngineVersion", ""), given)
        given.setdefault("DatabaseInsightsMode", _STANDARD)
        self.params.setdefault("ca_certificate_identifier", _DEFAULT_AUTHORITY)
        result = super().create_db_instance()
        return self._complete(result, given)

    def create_db_instance_read_replica(self) -> ActionResult:
        """Moto's replica is a copy that shares its primary's list of replicas."""
        given = self.params.original_dict()
        rds_in_use.check_count(self.backend)
        rds_in_use.check_source(self.backend, given["SourceDBInstanceIdentifier"])
        rds_in_use.check_insights({}, given)
        given.setdefault("DatabaseInsightsMode", _STANDARD)
        result = super().create_db_instance_read_replica()
        replica = self._instance(given)
        replica.replicas = []
        remember(replica, {"StatusInfos": [_REPLICATING]}, ["StatusInfos"])
        return self._complete(result, given)

    def restore_db_instance_from_db_snapshot(self) -> ActionResult:
        """Of AWS Backup's snapshots, too, which moto finds only where they are asked for.

        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html
        """
        given = self.params.original_dict()
        rds_in_use.check_count(self.backend)
        snapshot = self.backend.database_snapshots.get(given["DBSnapshotIdentifier"])
        if snapshot is None:
            return super().restore_db_instance_from_db_snapshot()
        kind, snapshot.snapshot_type = snapshot.snapshot_type, "manual"
        try:
            result = super().restore_db_instance_from_db_snapshot()
        finally:
            snapshot.snapshot_type = kind
        return self._restored(result, given)

    def restore_db_instance_to_point_in_time(self) -> ActionResult:
        """To a time that the backups reach.

        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceToPointInTime.html
        """
        given = self.params.original_dict()
        rds_in_use.check_count(self.backend)
        rds_in_use.check_restore_time(self.backend, given)
        result = super().restore_db_instance_to_point_in_time()
        named = {**given, "DBInstanceIdentifier": given["TargetDBInstanceIdentifier"]}
        return self._restored(result, named)

    def _restored(self, result: ActionResult, given: dict[str, Any]) -> ActionResult:
        """What moto takes over from the source, and RDS does not; what it takes for not given."""
        instance = self._instance(given)
        if instance.manage_master_user_password:
            instance.master_user_secret.delete_secret()
            del instance.master_user_secret
        instance.manage_master_user_password = False
        for name in ("DatabaseInsightsMode", *_FORGOTTEN.values()):
            vars(instance).pop(xform_name(name), None)
        instance.enabled_cloudwatch_logs_exports = []
        instance.monitoring_interval, instance.monitoring_role_arn = 0, None
        for name in _SWITCHES:
            setattr(instance, xform_name(name), given.get(name, False))
        if "BackupRetentionPeriod" in given:
            instance.backup_retention_period = given["BackupRetentionPeriod"]
        instance.tags = given.get("Tags", [])
        return self._complete(result, {**given, "DatabaseInsightsMode": _STANDARD})

    def promote_read_replica(self) -> ActionResult:
        """What was a replica follows nobody."""
        given = self.params.original_dict()
        result = super().promote_read_replica()
        vars(self._instance(given)).pop("status_infos", None)
        return result

    def modify_db_instance(self) -> ActionResult:
        """Change what moto does not know of, too, and leave for later what AWS leaves."""
        given = self.params.original_dict()
        instance = self._instance(given)
        rds_in_use.check_new_name(self.backend, given)
        rds_in_use.check_version(instance, given)
        rds_in_use.check_family(self.backend, given)
        rds_in_use.check_replicas_first(self.backend, instance, given)
        rds_in_use.check_logs(str(instance.engine), str(instance.engine_version), given)
        rds_in_use.check_storage(instance, given)
        rds_in_use.check_insights(self._insights(instance), given)
        pending = {} if given.get("ApplyImmediately") else self._pending(given)
        for name in pending:
            del self.params[name]
        result = super().modify_db_instance()
        # By now it may have another name.
        self._remember(instance, given)
        if pending or given.get("ApplyImmediately"):
            values = {"PendingModifiedValues": pending}
            remember(instance, values, values)
        return result

    def delete_db_instance(self) -> ActionResult:
        """A last snapshot, unless somebody says that there shall be none."""
        rds_in_use.check_last_snapshot(self.params.original_dict())
        return super().delete_db_instance()

    def create_db_subnet_group(self) -> ActionResult:
        """Two zones at least."""
        rds_in_use.check_zones(self.current_account, self.region, self.params["SubnetIds"])
        return super().create_db_subnet_group()

    def modify_db_subnet_group(self) -> ActionResult:
        """Two zones at least, and the subnets in which instances are; moto loses the group."""
        rds_in_use.check_zones(self.current_account, self.region, self.params["SubnetIds"])
        name, subnets = self.params["DBSubnetGroupName"], self.params["SubnetIds"]
        rds_in_use.check_removed_subnets(self.backend, name, subnets)
        result = super().modify_db_subnet_group()
        group = result.result["DBSubnetGroup"]  # type: ignore[index]
        self.backend.subnet_groups[group.name] = group
        return result

    def delete_db_subnet_group(self) -> ActionResult:
        """What is in use stays."""
        rds_in_use.check_subnet_group(self.backend, self.params["DBSubnetGroupName"])
        return super().delete_db_subnet_group()

    def delete_db_parameter_group(self) -> ActionResult:
        """What is in use stays."""
        rds_in_use.check_parameter_group(self.backend, self.params["DBParameterGroupName"])
        return super().delete_db_parameter_group()

    def create_option_group(self) -> ActionResult:
        """Of versions, too, that are too new for moto."""
        version = self.params["MajorEngineVersion"]
        mysql = self.params["EngineName"] == "mysql"
        if mysql and version in rds_in_use.STAND_IN:
            self.params["MajorEngineVersion"] = rds_in_use.STAND_IN[version]
        result = super().create_option_group()
        self.backend.option_groups[self.params["OptionGroupName"]].major_engine_version = version
        return result

    def modify_option_group(self) -> ActionResult:
        """Options and settings that the engine has."""
        rds_in_use.check_options(self.backend, self.params.original_dict())
        return super().modify_option_group()

    def delete_option_group(self) -> ActionResult:
        """What is in use stays."""
        rds_in_use.check_option_group(self.backend, self.params["OptionGroupName"])
        return super().delete_option_group()

    def create_event_subscription(self) -> ActionResult:
        """About events that a topic is there to hear of."""
        topic = self.params.get("SnsTopicArn")
        rds_in_use.check_topic(self.current_account, self.region, topic)
        return super().create_event_subscription()

    def create_blue_green_deployment(self) -> ActionResult:
        """Not of every instance."""
        rds_in_use.check_blue_green(self.backend, self.params["Source"])
        return super().create_blue_green_deployment()

    def describe_orderable_db_instance_options(self) -> ActionResult:
        """MySQL: each class where EC2 offers instances of its type."""
        given = self.params.original_dict()
        if given["Engine"] != "mysql":
            return super().describe_orderable_db_instance_options()
        offered = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(self.region, [])
        wanted = given["DBInstanceClass"].removeprefix("db.")
        zones = [each["Location"] for each in offered if each["InstanceType"] == wanted]
        option = {
            "Engine": "mysql",
            "DBInstanceClass": given["DBInstanceClass"],
            "StorageType": "gp3",
            "AvailabilityZones": [{"Name": zone} for zone in sorted(zones)],
            "MultiAZCapable": True,
            "ReadReplicaCapable": True,
            "Vpc": True,
        }
        options = [{**option, "EngineVersion": version} for version in _MYSQL] if zones else []
        return ActionResult({"OrderableDBInstanceOptions": options})

    def modify_db_parameter_group(self) -> ActionResult:
        """A parameter that somebody set has the source "user"."""
        result = super().modify_db_parameter_group()
        group = self.backend.db_parameter_groups[self.params["DBParameterGroupName"]]
        for parameter in group.parameters.values():
            parameter["Source"] = "user"
        return result

    def modify_event_subscription(self) -> ActionResult:
        """Another topic, other events, or none for a while."""
        subscription = self._subscription()
        given = self.params.original_dict()
        vars(subscription).update({_CHANGED[name]: given[name] for name in _CHANGED & given.keys()})
        return ActionResult({"EventSubscription": subscription})

    def add_source_identifier_to_subscription(self) -> ActionResult:
        """An instance that exists.

        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddSourceIdentifierToSubscription.html
        """
        subscription, source = self._subscription(), self.params["SourceIdentifier"]
        if subscription.source_type == "db-instance" and source not in self.backend.databases:
            raise Refused("SourceNotFound", f"Source {source} not found")
        subscription.source_ids = [*self._others(subscription), source]
        return ActionResult({"EventSubscription": subscription})

    def remove_source_identifier_from_subscription(self) -> ActionResult:
        """An instance that is subscribed to, whether it still exists or not.

        https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RemoveSourceIdentifierFromSubscription.html
        """
        subscription, source = self._subscription(), self.params["SourceIdentifier"]
        if source not in subscription.source_ids:
            raise Refused("SourceNotFound", f"Source {source} not found")
        subscription.source_ids = self._others(subscription)
        return ActionResult({"EventSubscription": subscription})

    def _complete(self, result: ActionResult, given: dict[str, Any]) -> ActionResult:
        instance = self._instance(given)
        instance.dbi_resource_id = f"db-{uuid.uuid4().hex.upper()[:26]}"
        self._remember(instance, given)
        return result

    def _remember(self, instance: DBInstance, given: dict[str, Any]) -> None:
        answers = {_FORGOTTEN[name]: given[name] for name in _FORGOTTEN if name in given}
        remember(instance, answers, answers)

    @staticmethod
    def _insights(instance: DBInstance) -> dict[str, Any]:
        found = {name: getattr(instance, xform_name(_FORGOTTEN[name]), None) for name in _FORGOTTEN}
        found["DBInstanceClass"] = instance.db_instance_class
        return {name: value for name, value in found.items() if value is not None}

    def _pending(self, given: dict[str, Any]) -> dict[str, Any]:
        instance = self._instance(given)
        return {
            name: given[name]
            for name in _PENDING
            if name in given and str(getattr(instance, xform_name(name))) != str(given[name])
        }

    def _instance(self, given: dict[str, Any]) -> DBInstance:
        return self.backend.databases[given["DBInstanceIdentifier"]]

    def _subscription(self) -> EventSubscription:
        name = self.params["SubscriptionName"]
        if name not in self.backend.event_subscriptions:
            raise SubscriptionNotFoundError(name)
        return self.backend.event_subscriptions[name]

    def _others(self, subscription: EventSubscription) -> list[str]:
        return [each for each in subscription.source_ids if each != self.params["SourceIdentifier"]]
