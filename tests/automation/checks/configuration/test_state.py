import pytest

from automation.aws.clients import Clients
from automation.checks.configuration.storage import check_state
from config import Settings
from tests.automation.checks.configuration.account import LOG_DELIVERY, Account, failed, policy
from tests.promises import SHIPPED

STATE = "prod-349081/network/terraform.tfstate"


@pytest.fixture
def bucket(account: Account, clients: Clients, request: pytest.FixtureRequest) -> str:
    unlocked = getattr(request, "param", None)
    key_arn = account.key("tfstate")
    name = account.bucket("tfstate", key_arn=key_arn)
    logs = account.bucket("tfstate-logs", key_arn=key_arn)
    arn = f"arn:aws:s3:::{logs}/s3/*"
    clients.s3.put_bucket_policy(Bucket=logs, Policy=policy({**LOG_DELIVERY, "Resource": arn}))
    clients.s3.put_bucket_logging(
        Bucket=name,
        BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "s3/"}},
    )
    for stack in SHIPPED:
        clients.s3.put_object(
            Bucket=name,
            Key=f"prod-349081/{stack}/terraform.tfstate",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=key_arn,
        )
        if stack != unlocked:
            lock = f"prod-349081/{stack}/terraform.tfstate.tflock"
            clients.s3.put_object(Bucket=name, Key=lock)
            clients.s3.delete_object(Bucket=name, Key=lock)
    return name


def found(clients: Clients, settings: Settings) -> set[str]:
    """What fails, but for the policy: moto heeds no conditions, so with it nobody could read."""
    return failed(check_state(clients, settings, SHIPPED)) - {"tfstate bucket policy"}


@pytest.mark.usefixtures("bucket")
def test_encrypted_states_pass(clients: Clients, settings: Settings) -> None:
    assert found(clients, settings) == set()


def test_a_missing_state_fails(bucket: str, clients: Clients, settings: Settings) -> None:
    clients.s3.delete_object(Bucket=bucket, Key=STATE)
    assert found(clients, settings) == {"state of network"}


def test_a_state_that_a_key_of_s3_encrypts_fails(
    bucket: str, clients: Clients, settings: Settings
) -> None:
    clients.s3.put_object(Bucket=bucket, Key=STATE, ServerSideEncryption="AES256")
    assert "state of network: encryption" in found(clients, settings)


def test_a_lock_that_nobody_released_fails(
    bucket: str, clients: Clients, settings: Settings
) -> None:
    clients.s3.put_object(Bucket=bucket, Key=f"{STATE}.tflock")
    assert found(clients, settings) == {"locks: left behind"}


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize("bucket", ["edge"], indirect=True)
def test_a_state_that_was_never_locked_fails(clients: Clients, settings: Settings) -> None:
    assert found(clients, settings) == {"locks: taken and released"}


def test_a_tier_that_has_come_is_asked_for_and_one_that_has_gone_is_no_fault(
    bucket: str, clients: Clients, settings: Settings
) -> None:
    lock = "prod-349081/gone/terraform.tfstate.tflock"
    clients.s3.put_object(Bucket=bucket, Key=lock)
    clients.s3.delete_object(Bucket=bucket, Key=lock)
    assert found(clients, settings) == set()
    with_queue = failed(check_state(clients, settings, [*SHIPPED, "queue"]))
    assert with_queue >= {"state of queue", "locks: taken and released"}


def test_a_state_of_which_nobody_knows_who_reads_it_fails(
    bucket: str, clients: Clients, settings: Settings
) -> None:
    clients.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    assert found(clients, settings) == {"tfstate bucket access log: goes to"}


@pytest.mark.usefixtures("bucket")
def test_a_key_that_stays_the_same_for_ever_fails(clients: Clients, settings: Settings) -> None:
    arn = clients.kms.describe_key(KeyId="alias/prod-349081-tfstate")["KeyMetadata"]["Arn"]
    clients.kms.disable_key_rotation(KeyId=arn)
    assert found(clients, settings) == {"tfstate key: rotates"}
