"""AWS Backup: what a plan backs up (selections); notifications and tags of a vault; jobs.

A job has made its recovery point at once; nothing is backed up on a schedule.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupSelection.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html
https://docs.aws.amazon.com/aws-backup/latest/devguide/API_StartBackupJob.html
"""

import time
import uuid
from collections import defaultdict
from typing import Any, ClassVar

from moto.backup.models import Plan
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult
from moto.rds.models import rds_backends

from automation.emulator.extensions.double import Double, Refused, not_found

_DAY = 86_400


class Backup(BackupResponse, Double):
    """Selections by id, notifications by region and vault, recovery points by vault."""

    _selections: ClassVar[dict[str, dict[str, Any]]] = {}
    _notifications: ClassVar[dict[str, dict[str, dict[str, Any]]]] = defaultdict(dict)
    _points: ClassVar[dict[str, list[dict[str, Any]]]] = defaultdict(list)

    def list_tags(self) -> ActionResult:  # type: ignore[override]
        """Moto takes the ARN from the wrong part of the path, unless that ends in a slash."""
        tags = self.backup_backend.list_tags(self.parameters()["ResourceArn"])
        return ActionResult({"Tags": tags})

    def delete_backup_vault(self) -> EmptyResult:
        """One that holds recovery points stays.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html
        """
        if self._points[self._vault(self.parameters()).backup_vault_arn]:
            message = "Backup vault cannot be deleted because it contains recovery points."
            raise Refused("InvalidRequestException", message)
        return super().delete_backup_vault()

    def delete_recovery_point(self) -> EmptyResult:
        """What a job made."""
        given = self.parameters()
        points = self._points[self._vault(given).backup_vault_arn]
        found = [each for each in points if each["RecoveryPointArn"] == given["RecoveryPointArn"]]
        if not found:
            raise not_found("ResourceNotFoundException", f"point {given['RecoveryPointArn']}")
        # Message form not confirmed.
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
        if self._vault(given).locked:
            message = "Recovery point cannot be deleted because its vault is locked."
            raise Refused("InvalidRequestException", message)
        points.remove(found[0])
        snapshot = given["RecoveryPointArn"].partition(":snapshot:")[2]
        rds_backends[self.current_account][self.region].database_snapshots.pop(snapshot, None)
        return EmptyResult()

    def update_backup_plan(self) -> ActionResult:
        """The same plan, in another version.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateBackupPlan.html
        """
        given = self.parameters()
        plan = self.backup_backend.get_backup_plan(given["BackupPlanId"], None)
        version = Plan(given["BackupPlan"], plan.creator_request_id, self.backup_backend)
        for name in ("advanced_backup_settings", "backup_plan", "version_id"):
            setattr(plan, name, getattr(version, name))
        return ActionResult(plan.to_dict())

    def delete_backup_plan(self) -> str:
        """Its selections go first.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupPlan.html
        """
        plan = self.parameters()["BackupPlanId"]
        if any(each["BackupPlanId"] == plan for each in self._selections.values()):
            message = "Related backup plan selections must be deleted prior to backup plan deletion"
            raise Refused("InvalidRequestException", message)
        return super().delete_backup_plan()

    def create_backup_selection(self) -> ActionResult:
        """Assign resources to a plan."""
        given = self.parameters()
        if given["BackupPlanId"] not in self.backup_backend.plans:
            raise not_found("InvalidParameterValueException", f"plan {given['BackupPlanId']}")
        id_ = str(uuid.uuid4())
        self._selections[id_] = {**given, "SelectionId": id_, "CreationDate": time.time()}
        return ActionResult(self._selections[id_])

    def get_backup_selection(self) -> ActionResult:
        """A selection of a plan."""
        return ActionResult(self._selection())

    def delete_backup_selection(self) -> EmptyResult:
        """Take resources out of a plan."""
        del self._selections[self._selection()["SelectionId"]]
        return EmptyResult()

    def list_backup_selections(self) -> ActionResult:
        """The selections of a plan."""
        plan = self.parameters()["BackupPlanId"]
        selections = [
            {**each["BackupSelection"], **each}
            for each in self._selections.values()
            if each["BackupPlanId"] == plan
        ]
        return ActionResult({"BackupSelectionsList": selections})

    def start_backup_job(self) -> ActionResult:
        """Back something up."""
        given = self.parameters()
        vault, now, id_ = self._vault(given), time.time(), str(uuid.uuid4())
        days = given.get("Lifecycle", {}).get("DeleteAfterDays")
        lasting = {"CalculatedLifecycle": {"DeleteAt": now + days * _DAY}} if days else {}
        point = {
            "RecoveryPointArn": self._snapshot(given["ResourceArn"], f"awsbackup:job-{id_}"),
            "BackupVaultName": vault.backup_vault_name,
            "BackupVaultArn": vault.backup_vault_arn,
            "ResourceArn": given["ResourceArn"],
            "IamRoleArn": given["IamRoleArn"],
            "Status": "COMPLETED",
            "CreationDate": now,
            "CompletionDate": now,
            **lasting,
        }
        self._points[vault.backup_vault_arn].append(point)
        self.backup_backend.tag_resource(
            point["RecoveryPointArn"], given.get("RecoveryPointTags") or {}
        )
        job = {"BackupJobId": id_, "CreationDate": now}
        return ActionResult({**job, "RecoveryPointArn": point["RecoveryPointArn"]})

    def _snapshot(self, resource: str, name: str) -> str:
        """Of a database, a recovery point is a snapshot that RDS keeps.

        https://docs.aws.amazon.com/aws-backup/latest/devguide/rds-backup.html
        """
        rds = rds_backends[self.current_account][self.region]
        database = resource.partition(":db:")[2]
        if database in rds.databases:
            rds.create_db_snapshot(database, name, snapshot_type="awsbackup")
        return f"arn:aws:rds:{self.region}:{self.current_account}:snapshot:{name}"

    def list_recovery_points_by_backup_vault(self) -> ActionResult:
        """What jobs have made, of one resource or all."""
        given = self.parameters()
        wanted = given.get("ByResourceArn")
        points = self._points[self._vault(given).backup_vault_arn]
        found = [each for each in points if wanted in (None, each["ResourceArn"])]
        return ActionResult({"RecoveryPoints": found})

    def put_backup_vault_notifications(self) -> EmptyResult:
        """Tell a topic about events of a vault."""
        given = self.parameters()
        vault = self._vault(given)
        self._notifications[self.region][vault.backup_vault_name] = {
            **given,
            "BackupVaultArn": vault.backup_vault_arn,
        }
        return EmptyResult()

    def get_backup_vault_notifications(self) -> ActionResult:
        """Whom a vault tells, and of what."""
        return ActionResult(self._notification())

    def delete_backup_vault_notifications(self) -> EmptyResult:
        """Stop telling."""
        del self._notifications[self.region][self._notification()["BackupVaultName"]]
        return EmptyResult()

    def _selection(self) -> dict[str, Any]:
        given = self.parameters()
        found = self._selections.get(given["SelectionId"])
        if found is None or found["BackupPlanId"] != given["BackupPlanId"]:
            raise not_found("ResourceNotFoundException", f"selection {given['SelectionId']}")
        return found

    def _notification(self) -> dict[str, Any]:
        name = self._vault(self.parameters()).backup_vault_name
        found = self._notifications[self.region].get(name)
        if found is None:
            raise not_found("ResourceNotFoundException", f"notification of vault {name}")
        return found

    def _vault(self, given: dict[str, Any]) -> Any:
        vault = self.backup_backend.vaults.get(given["BackupVaultName"])
        if vault is None:
            raise not_found("ResourceNotFoundException", f"vault {given['BackupVaultName']}")
        return vault
