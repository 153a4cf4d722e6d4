"""`restore --to`: the copy takes the database's place, and Terraform plans no replacement of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from automation.aws.states import States
from automation.emulator import Emulator
from automation.errors import CommandError, UserError
from automation.rehearse.account import pool_of, session
from automation.restore.swap import Swap
from automation.terraform.pool import Outcome, StackRun, prepare
from automation.terraform.stacks import Synthesis, read
from automation.terraform.steps import deploy_stack, destroy_stack
from tests.automation.consoles import Consoles
from tests.automation.destroy.destroying import workspace
from tests.automation.restore.platform import Platform, Time, now, settings_with
from tests.automation.restore.test_drill import NONE, TWO
from tests.automation.terraform import tiny
from tests.conftest import Tiers

pytestmark = [pytest.mark.terraform, pytest.mark.rehearsal]


@dataclass
class Deployed:
    """The database as production has it, deployed by Terraform, in a stack of its own."""

    platform: Platform
    folder: Path
    instance: dict[str, Any]

    def synthesize(self, environment: str, output: Path) -> Synthesis:
        naming = self.platform.settings.naming
        content = tiny.content("security", naming)
        backend = content["terraform"]["backend"]["s3"]
        backend["key"] = f"{naming.prefix}/database/terraform.tfstate"
        file = output / "stacks" / "database" / "cdk.tf.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        tags = {"tags": {**naming.tags, "Stack": "database"}}
        (provider,) = content["provider"]["aws"]
        content["provider"]["aws"] = [{**provider, "default_tags": [tags]}]
        content["resource"] = {"aws_db_instance": {"primary": self.instance}}
        del content["output"]
        file.write_text(json.dumps(content), encoding="utf-8")
        named = {"name": "database", "synthesizedStackPath": "stacks/database/cdk.tf.json"}
        manifest = {"version": "0.21.0", "stacks": {"database": named}}
        (output / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        return Synthesis(environment, output, read(output), 0)

    def apply(self, work: Callable[[StackRun], bool] = deploy_stack) -> None:
        stacks = self.synthesize("dev", self.folder / "out").stacks
        pool = pool_of(
            prepare(stacks),
            stacks,
            self.platform.emulator,
            data=self.folder / "data",
            console=Consoles().progress,
            when="meanwhile",
        )
        (run,) = pool.run("Applying", {"database": frozenset()}, work).values()
        assert run.outcome is Outcome.DONE, run.problems

    def restore(self, patch: pytest.MonkeyPatch, output: Any = TWO, **request: Any) -> int:
        def ask(*_: object) -> str:
            return json.dumps(output)

        self.platform.folder = workspace(self.folder)
        prefix = self.platform.settings.naming.prefix
        given = {"confirm": prefix, "synthesize": self.synthesize, **request}
        return self.platform.restore(patch, Time(now()), ask, **given)

    @property
    def states(self) -> States:
        return States(session(self.platform.emulator), self.platform.settings)

    def described(self, name: str) -> dict[str, Any]:
        answer = self.platform.clients.rds.describe_db_instances(DBInstanceIdentifier=name)
        return dict(answer["DBInstances"][0])

    def names(self) -> set[str]:
        answer = self.platform.clients.rds.describe_db_instances()["DBInstances"]
        return {
            each["DBInstanceIdentifier"]
            for each in answer
            if each["DBInstanceIdentifier"].startswith(self.platform.settings.naming.prefix)
        }


@pytest.fixture(scope="module")
def deployed(
    emulator: Emulator,
    platform_of: Callable[[str], Tiers],
    tmp_path_factory: pytest.TempPathFactory,
) -> Deployed:
    folder = tmp_path_factory.mktemp("deployed")
    platform = Platform(emulator, settings_with(50), folder)
    around = platform.surround()
    platform.source = platform.name("database")
    (shipped,) = (
        each
        for each in platform_of("prod")["database"].resources("aws_db_instance").values()
        if "replicate_source_db" not in each
    )
    key, group = around["KmsKeyId"], around["DBParameterGroupName"]
    instance = {
        **shipped,
        "identifier": platform.source,
        "kms_key_id": key,
        "master_user_secret_kms_key_id": key,
        "performance_insights_kms_key_id": key,
        "db_subnet_group_name": around["DBSubnetGroupName"],
        "parameter_group_name": group,
        "option_group_name": around["OptionGroupName"],
        "vpc_security_group_ids": around["VpcSecurityGroupIds"],
        "monitoring_role_arn": monitoring_role(platform),
    }
    del instance["depends_on"]
    found = Deployed(platform, folder, instance)
    found.apply()
    platform.back_up()
    return found


def monitoring_role(platform: Platform) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": "monitoring.rds.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    iam, name = platform.clients.iam, platform.name("database-monitoring")
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    policy = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    return made["Role"]["Arn"]


def point(deployed: Deployed) -> str:
    vault = deployed.platform.name("backups")
    backup = deployed.platform.clients.backup
    (found,) = backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
    return found["RecoveryPointArn"].partition(":snapshot:")[2]


def test_checks_that_fail_leave_the_database_as_it_is(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = deployed.described(deployed.platform.source)
    assert deployed.restore(monkeypatch, NONE, to=point(deployed)) == 1
    assert deployed.platform.consoles.lines[-1] == (
        "nothing was changed: the database is as it was"
    )
    assert deployed.names() == {deployed.platform.source}
    after = deployed.described(deployed.platform.source)
    assert after["DbiResourceId"] == before["DbiResourceId"]


def test_a_swap_that_breaks_half_way_is_taken_back(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = deployed.described(deployed.platform.source)["DbiResourceId"]
    rename, calls = Swap._rename, list[str]()

    def second_fails(self: Swap, id_: str, old: str, new: str) -> None:
        calls.append(new)
        if len(calls) == 2:
            raise CommandError("InvalidDBInstanceState")
        rename(self, id_, old, new)

    with monkeypatch.context() as patch:
        patch.setattr(Swap, "_rename", second_fails)
        assert deployed.restore(patch, to=point(deployed)) == 1
    assert "failed InvalidDBInstanceState" in deployed.platform.consoles.lines
    assert deployed.names() == {deployed.platform.source}
    assert deployed.described(deployed.platform.source)["DbiResourceId"] == before


def test_a_deployment_that_is_under_way_keeps_the_names(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = deployed.described(deployed.platform.source)["DbiResourceId"]
    with deployed.states.held("database", "apply"):
        assert deployed.restore(monkeypatch, to=point(deployed)) == 1
    (line,) = (each for each in deployed.platform.consoles.lines if " holds the state of " in each)
    assert "database (apply)" in line
    assert deployed.names() == {deployed.platform.source}
    assert deployed.described(deployed.platform.source)["DbiResourceId"] == before


def test_no_deployment_comes_between_the_names_and_the_state(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []

    def look(*_: object) -> None:
        with pytest.raises(CommandError) as refusal, deployed.states.held("database", "apply"):
            pass
        found.append(str(refusal.value))
        raise CommandError("InvalidDBInstanceState")

    with monkeypatch.context() as patch:
        patch.setattr(Swap, "_rename", look)
        assert deployed.restore(patch, to=point(deployed)) == 1
    assert " holds the state of database (restore) since " in found[0]
    assert all(each.lock is None for each in deployed.states.each(()))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"to": "nothing"}, '--to: received "nothing"; give a time such as'),
        ({"to": "x", "drill": True}, "give --drill, or --to, or --clean"),
        ({"to": "x", "confirm": "prod"}, "--confirm is for --to, and has to be dev-app50: nothing"),
        ({"to": "x", "at": "2026-11-30"}, "--at is for --drill: leave it out"),
    ],
)
def test_what_was_asked_amiss_is_refused(
    request_: dict[str, Any], said: str, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError) as refusal:
        deployed.restore(monkeypatch, **request_)
    assert str(refusal.value).startswith(said)


def test_the_copy_takes_the_place_and_a_plan_replaces_nothing(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = deployed.platform.source
    before, told_before = deployed.described(name), untold(deployed)
    capsys.readouterr()
    assert deployed.restore(monkeypatch, to=point(deployed), as_json=True) == 0
    report = json.loads(capsys.readouterr().out)
    after = deployed.described(name)
    assert after["DbiResourceId"] != before["DbiResourceId"]
    assert deployed.names() == {name, report["before"]}
    kept = deployed.described(report["before"])
    assert (kept["DbiResourceId"], kept["DeletionProtection"]) == (before["DbiResourceId"], True)
    assert (report["adopted"], report["changes"]) in (
        (True, []),
        (True, ["update aws_db_instance.primary"]),
    )
    same = ("BackupRetentionPeriod", "MultiAZ", "DeletionProtection", "MonitoringInterval")
    assert [after[each] for each in same] == [before[each] for each in same]
    assert after["MasterUserSecret"]["SecretArn"] != before["MasterUserSecret"]["SecretArn"]
    attributes = state(deployed)
    assert [attributes[each] for each in ("id", "resource_id")] == [after["DbiResourceId"]] * 2
    assert untold(deployed) == told_before
    assert deployed.platform.copies() == []
    # A deployment applies what is left, and then there is nothing more to do.
    deployed.apply()
    assert deployed.described(name)["DbiResourceId"] == after["DbiResourceId"]

    destroy(deployed)


def destroy(deployed: Deployed) -> None:
    """As `destroy` does it, once the protection is lifted: a last snapshot is what stays."""
    deployed.instance["deletion_protection"] = False
    deployed.apply()
    snapshot = str(untold(deployed)["final_snapshot_identifier"])
    deployed.apply(destroy_stack)
    assert deployed.platform.source not in deployed.names()
    found = deployed.platform.clients.rds.describe_db_snapshots(DBSnapshotIdentifier=snapshot)
    assert len(found["DBSnapshots"]) == 1


def untold(deployed: Deployed) -> dict[str, Any]:
    """What no answer of RDS has, and an import would have forgotten."""
    names = (
        "final_snapshot_identifier",
        "manage_master_user_password",
        "master_user_secret_kms_key_id",
        "password_wo_version",
        "skip_final_snapshot",
    )
    return {each: state(deployed)[each] for each in names}


def state(deployed: Deployed) -> dict[str, Any]:
    naming = deployed.platform.settings.naming
    body = deployed.platform.clients.s3.get_object(
        Bucket=naming.bucket("tfstate"), Key=f"{naming.prefix}/database/terraform.tfstate"
    )["Body"]
    (resource,) = json.load(body)["resources"]
    found: dict[str, Any] = resource["instances"][0]["attributes"]
    return found
