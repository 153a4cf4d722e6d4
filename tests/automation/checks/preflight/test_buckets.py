from automation.aws.clients import Clients
from automation.checks.preflight.account import NAME_CHECKS, STATE_CHECKS
from automation.emulator import Emulator
from automation.rehearse.account import bootstrap_account
from config import Settings
from tests.automation.checks.preflight.conftest import Look, change

STATE = "dev-349081-tfstate-123456789012"
LOGS = "dev-349081-logs-123456789012"
BOOTSTRAP = "run `python -m automation bootstrap --env dev`"
TAKEN = "another account has it, or the credentials may not see it"


def create(clients: Clients, name: str) -> None:
    clients.s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "us-west-2"}
    )


def test_names_that_nobody_has(look: Look) -> None:
    found = {what: each.detail for what, each in look(NAME_CHECKS).items() if each.ok}
    buckets = {what: detail for what, detail in found.items() if "bucket" in what}
    assert buckets == {
        f"{purpose} bucket: dev-349081-{purpose}-123456789012": "free"
        for purpose in ("logs", "assets", "artifacts", "audit")
    }


def test_buckets_of_an_earlier_deployment_are_ours(clients: Clients, look: Look) -> None:
    create(clients, LOGS)
    finding = look(NAME_CHECKS)[f"logs bucket: {LOGS}"]
    assert (finding.ok, finding.detail) == (True, "us-west-2")


def test_a_name_that_another_account_has(clients: Clients, settings: Settings, look: Look) -> None:
    name = "dev-349081-logs-999999999999"
    create(clients, name)
    # The bucket is of 123456789012, which is another account to these settings.
    finding = look(NAME_CHECKS, change(settings, account_id="999999999999"))[f"logs bucket: {name}"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        TAKEN,
        "choose another app_id, or let the credentials list the bucket",
    )


def test_a_bucket_in_another_region(emulator: Emulator, look: Look) -> None:
    elsewhere = {"LocationConstraint": "eu-west-1"}
    s3 = emulator.client("s3", region="eu-west-1")
    s3.create_bucket(Bucket=LOGS, CreateBucketConfiguration=elsewhere)
    finding = look(NAME_CHECKS)[f"logs bucket: {LOGS}"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "found eu-west-1, expected us-west-2",
        "it is in eu-west-1: empty and delete it, or choose another app_id",
    )


def test_rights_of_other_settings(emulator: Emulator, settings: Settings, look: Look) -> None:
    bootstrap_account(emulator, settings)
    found = look(STATE_CHECKS, change(settings, deletion_protection=True))
    finding = found["bucket: rights of roles"]
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        "given for another deletion_protection",
        BOOTSTRAP,
    )


def test_a_sound_state_bucket(emulator: Emulator, settings: Settings, look: Look) -> None:
    bootstrap_account(emulator, settings)
    found = look(STATE_CHECKS)
    assert {what for what, each in found.items() if not each.ok} == set()
    assert {"bucket: versions: state", "bucket: encryption: key"} < set(found)


def test_no_state_bucket(look: Look) -> None:
    (finding,) = look(STATE_CHECKS).values()
    assert (finding.what, finding.ok) == (f"bucket: {STATE}", False)
    assert (finding.detail, finding.remedy) == ("there is none", BOOTSTRAP)


def test_a_state_bucket_of_another_account(
    clients: Clients, settings: Settings, look: Look
) -> None:
    create(clients, STATE.replace("123456789012", "999999999999"))
    (finding,) = look(STATE_CHECKS, change(settings, account_id="999999999999")).values()
    assert (finding.ok, finding.detail, finding.remedy) == (
        False,
        TAKEN,
        "use the account that bootstrap was run in, or another app_id",
    )


def test_a_state_bucket_whose_protection_was_lifted(
    emulator: Emulator, clients: Clients, settings: Settings, look: Look
) -> None:
    bootstrap_account(emulator, settings)
    clients.s3.put_bucket_versioning(Bucket=STATE, VersioningConfiguration={"Status": "Suspended"})
    other = clients.kms.create_key()["KeyMetadata"]["KeyId"]
    clients.kms.update_alias(AliasName="alias/dev-349081-tfstate", TargetKeyId=other)
    failed = {what: each for what, each in look(STATE_CHECKS).items() if not each.ok}
    assert set(failed) == {"bucket: versions: state", "bucket: encryption: key"}
    finding = failed["bucket: versions: state"]
    assert (finding.detail, finding.remedy) == ("found Suspended, expected Enabled", BOOTSTRAP)
