from automation.aws.clients import Clients
from automation.checks.preflight.account import NAME_CHECKS
from config import Settings
from tests.automation.checks.preflight.conftest import Look, change

FIRST = "dev-349081-origin-0"
MASTER = "dev-349081-database-master"


def test_names_of_secrets_are_free_or_this_environments_own(clients: Clients, look: Look) -> None:
    clients.secretsmanager.create_secret(Name=FIRST, SecretString="x")
    found = look(NAME_CHECKS)
    assert found[f"secrets: {FIRST}"].detail == "of this environment"
    assert found["secrets: dev-349081-origin-1"].detail == "free"
    assert f"secrets: {MASTER}" not in found
    clients.secretsmanager.delete_secret(SecretId=FIRST, ForceDeleteWithoutRecovery=True)


def test_a_name_is_taken_until_the_recovery_window_of_a_deleted_secret_is_over(
    clients: Clients, settings: Settings, look: Look
) -> None:
    clients.secretsmanager.create_secret(Name=MASTER, SecretString="x")
    clients.secretsmanager.delete_secret(SecretId=MASTER, RecoveryWindowInDays=30)
    database = settings.database.model_copy(update={"managed_password": False})
    finding = look(NAME_CHECKS, change(settings, database=database))[f"secrets: {MASTER}"]
    assert not finding.ok
    assert finding.detail.startswith("deleted, and can be restored until 20")
    assert finding.remedy == (
        "wait for the end of its recovery window, or have the name now: `aws secretsmanager "
        f"delete-secret --force-delete-without-recovery --secret-id {MASTER} --region us-west-2`"
    )
    clients.secretsmanager.delete_secret(SecretId=MASTER, ForceDeleteWithoutRecovery=True)
    assert look(NAME_CHECKS, change(settings, database=database))[f"secrets: {MASTER}"].ok
