"""Preconditions of `destroy`: protection is off, no state is locked, nothing else needs a stack."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from botocore.exceptions import ClientError

from automation.aws.clients import Clients, copies, former, instances
from automation.aws.states import StackStatus
from automation.destroy.data_loss import DeployedResource
from automation.errors import UserError
from automation.terraform.stacks import Graph, reverse
from config import Settings

Answer = TypeVar("Answer")
Test = Callable[[Clients, DeployedResource], bool]
_ABSENT = {"DBInstanceNotFound", "DBInstanceNotFoundFault", "LoadBalancerNotFound"}


def check_settings(settings: Settings) -> None:
    """Raises `UserError` while the settings protect the environment."""
    name = settings.environment
    if settings.deletion_protection:
        raise UserError(
            f"{name} is protected: set deletion_protection = false in environments/{name}.toml, "
            f"have that reviewed, and deploy it (`python -m automation deploy --env {name}`) "
            "before you destroy"
        )


def check_account(
    clients: Clients, resources: Iterable[DeployedResource], settings: Settings
) -> None:
    """Raises `UserError` while something is deployed as it was when it was protected."""
    name = settings.environment
    found = list(protected(clients, resources))
    if found:
        raise UserError(
            f"{name} is protected in the account: {', '.join(found)}: deletion_protection is "
            f"false in environments/{name}.toml, but not deployed: run "
            f"`python -m automation deploy --env {name}` before you destroy"
        )


def check_kept(resources: Iterable[DeployedResource], settings: Settings) -> None:
    """Raises `UserError` while what stays of the database is not deployed as it is configured.

    A last snapshot would go unread without its key, and the key would stay for nothing.
    """
    name, kept = settings.environment, settings.database.final_snapshot
    for resource in resources:
        replica = resource.text("replicate_source_db")
        skipped = resource.attributes.get("skip_final_snapshot")
        if resource.type == "aws_db_instance" and not replica and skipped is kept:
            raise UserError(
                f"{_name(resource)} is not deployed as environments/{name}.toml says "
                f"(database.final_snapshot = {str(kept).lower()}): run `python -m automation "
                f"deploy --env {name}` before you destroy"
            )


def check_restored(
    clients: Clients, resources: Iterable[DeployedResource], settings: Settings
) -> None:
    """Raises `UserError` while another instance holds the groups of the database.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBSubnetGroup.html
    """
    if not any(each.type == "aws_db_subnet_group" for each in resources):
        return
    before = former(clients, settings)
    left = [each for each in instances(clients) if each.startswith(copies(settings))]
    if before or left:
        raise UserError(
            f"{', '.join([*before, *left])}: not in Terraform's state, and in the database's "
            "subnet group, which cannot be deleted before it: docs/restore.md says how a restore's "
            "instances are deleted"
        )


def check_backups(
    clients: Callable[[str], Clients], resources: Iterable[DeployedResource], settings: Settings
) -> None:
    """Raises `UserError` while a vault holds backups that its lock keeps; says until when.

    Terraform would lift the lock first, and then delete them.
    """
    name = settings.environment
    for resource in resources:
        if resource.type == "aws_backup_vault":
            vault = resource.text("name")
            ends = list(_locked(clients(resource.region), vault))
            if ends:
                raise UserError(
                    f"backup vault {vault} is locked and keeps recovery points ({len(ends)}) until "
                    f"{max(ends)}: wait for that, or set audit.backup_lock_days = 0 in "
                    f"environments/{name}.toml, run `python -m automation bootstrap --env {name}` "
                    f"and `python -m automation deploy --env {name}` before you destroy"
                )


def _locked(clients: Clients, vault: str) -> Iterator[str]:
    """The end of each recovery point in a locked vault."""
    names = [
        each["BackupVaultName"]
        for page in clients.backup.get_paginator("list_backup_vaults").paginate()
        for each in page["BackupVaultList"]
        if each.get("Locked")
    ]
    if vault not in names:
        return
    pages = clients.backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName=vault
    )
    for page in pages:
        for point in page["RecoveryPoints"]:
            end = point.get("CalculatedLifecycle", {}).get("DeleteAt")
            yield f"{end:%Y-%m-%d}" if end else "somebody deletes them"


def protected(clients: Clients, resources: Iterable[DeployedResource]) -> Iterator[str]:
    """The resources that cannot be deleted, or are not to be."""
    for resource in resources:
        test = _TESTS.get(resource.type)
        if test is not None and test(clients, resource):
            yield f"{resource.stack}: {_KINDS[resource.type]} {_name(resource)}"


def _database(clients: Clients, resource: DeployedResource) -> bool:
    """The account has the last word.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    """
    name = resource.text("identifier")
    answer = _existing(lambda: clients.rds.describe_db_instances(DBInstanceIdentifier=name))
    return bool(answer and answer["DBInstances"][0]["DeletionProtection"])


def _load_balancer(clients: Clients, resource: DeployedResource) -> bool:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html."""
    arn = resource.text("arn")
    answer = _existing(lambda: clients.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn))
    attributes = answer["Attributes"] if answer else []
    return any(
        each.get("Key") == "deletion_protection.enabled" and each.get("Value") == "true"
        for each in attributes
    )


def _kept(_: Clients, resource: DeployedResource) -> bool:
    """Terraform destroys as it has deployed: what holds data, only where it may be emptied."""
    return resource.attributes.get("force_destroy") is False


def _existing(ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            return None
        raise


def _name(resource: DeployedResource) -> str:
    return next(
        (text for key in ("identifier", "bucket", "name") if (text := resource.text(key))),
        resource.name,
    )


_TESTS: Mapping[str, Test] = {
    "aws_backup_vault": _kept,
    "aws_db_instance": _database,
    "aws_lb": _load_balancer,
    "aws_s3_bucket": _kept,
}
_KINDS = {
    "aws_backup_vault": "backup vault",
    "aws_db_instance": "database",
    "aws_lb": "load balancer",
    "aws_s3_bucket": "bucket",
}


def select(
    graph: Graph, tiers: Collection[str], deployed: Collection[str], *, environment: str
) -> Graph:
    """The deployed ones of the chosen tiers, each after those that need it.

    Raises `UserError` when others need one of them: nothing is destroyed that was not named.
    """
    dependants = reverse(graph)
    chosen = {name: each & set(deployed) for name, each in dependants.items() if name in tiers}
    chosen = {name: each for name, each in chosen.items() if name in deployed}
    stranded = _below(dependants, chosen) & set(deployed) - set(chosen)
    if stranded:
        needed = ", ".join(name for name in graph if name in stranded)
        every = " ".join(name for name in graph if name in {*stranded, *chosen})
        raise UserError(
            f"{needed} cannot do without {', '.join(chosen)}: name them, too: "
            f"`python -m automation destroy {every} --env {environment}`"
        )
    return chosen


def check_locks(
    stacks: Sequence[StackStatus], chosen: Collection[str], *, environment: str
) -> None:
    """Raises `UserError` when somebody is working on one of the chosen stacks."""
    held: Mapping[str, str] = {
        stack.stack: f"{stack.lock.who} since {stack.lock.since}"
        for stack in stacks
        if stack.lock and stack.stack in chosen
    }
    if held:
        names = ", ".join(f"{name} by {who}" for name, who in held.items())
        raise UserError(
            f"locked: {names}: wait for that to end; if it was killed, remove the lock with "
            f"`python -m automation deploy --unlock {next(iter(held))} --env {environment}`"
        )


def _below(dependants: Graph, names: Collection[str]) -> set[str]:
    """All that needs one of the stacks, directly or not."""
    found: set[str] = set()
    frontier = set(names)
    while frontier:
        frontier = {each for name in frontier for each in dependants[name]} - found
        found |= frontier
    return found
