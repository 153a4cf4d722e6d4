"""What keeps an environment from being destroyed: its settings, and what was deployed by them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from botocore.exceptions import ClientError

from automation.checks.clients import Clients
from automation.destruction.inventory import Resource
from automation.errors import UserError
from config import Settings

Answer = TypeVar("Answer")
Test = Callable[[Clients, Resource], bool]
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


def check_account(clients: Clients, resources: Iterable[Resource], settings: Settings) -> None:
    """Raises `UserError` while something is deployed as it was when it was protected."""
    name = settings.environment
    found = list(protected(clients, resources))
    if found:
        raise UserError(
            f"{name} is protected in the account: {', '.join(found)}: deletion_protection is "
            f"false in environments/{name}.toml, but not deployed: run "
            f"`python -m automation deploy --env {name}` before you destroy"
        )


def protected(clients: Clients, resources: Iterable[Resource]) -> Iterator[str]:
    """The resources that cannot be deleted, or are not to be."""
    for resource in resources:
        test = _TESTS.get(resource.type)
        if test is not None and test(clients, resource):
            yield f"{resource.stack}: {_KINDS[resource.type]} {_name(resource)}"


def _database(clients: Clients, resource: Resource) -> bool:
    """The account has the last word.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html
    """
    name = resource.text("identifier")
    answer = _existing(lambda: clients.rds.describe_db_instances(DBInstanceIdentifier=name))
    return bool(answer and answer["DBInstances"][0]["DeletionProtection"])


def _load_balancer(clients: Clients, resource: Resource) -> bool:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html."""
    arn = resource.text("arn")
    answer = _existing(lambda: clients.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn))
    attributes = answer["Attributes"] if answer else []
    return any(
        each.get("Key") == "deletion_protection.enabled" and each.get("Value") == "true"
        for each in attributes
    )


def _kept(_: Clients, resource: Resource) -> bool:
    """Terraform destroys as it has deployed: what holds data, only where it may be emptied."""
    return resource.attributes.get("force_destroy") is False


def _existing(ask: Callable[[], Answer]) -> Answer | None:
    try:
        return ask()
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _ABSENT:
            return None
        raise


def _name(resource: Resource) -> str:
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
