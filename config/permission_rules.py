"""What the application's own permissions may be, within the boundary and the network."""

from collections.abc import Iterator

from config import regions
from config.faults import Fault
from config.naming import Naming
from config.permissions import KINDS, Permission, ResourceKind, filled, kind_of
from config.settings import Settings

# A role's own policies have 10,240 characters together, of which the platform's take half.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS = 4096
# Buckets that the platform and `bootstrap` make.
PLATFORM_BUCKETS = ("artifacts", "assets", "audit", "logs", "tfstate", "tfstate-logs")
_KEY = "application.app.permissions"
_DENIES = "the boundary that `bootstrap` makes denies"


def _statements(settings: Settings) -> Iterator[Fault]:
    permissions = settings.application.app.permissions
    sids = [each.sid for each in permissions]
    for index, permission in enumerate(permissions):
        key, kind = f"{_KEY}[{index}]", kind_of(permission.actions[0])
        if permission.sid in sids[:index]:
            yield Fault(f"{key}.sid", f'"{permission.sid}"', "give each statement its own sid")
        yield from _actions(key, permission, kind)
        if kind:
            yield from _resources(key, permission, kind, settings.naming)
        yield from _conditions(key, permission)
    size = sum(_size(each, settings.naming) for each in permissions)
    if size > MOST_CHARACTERS:
        remedy = f"shorten them to {MOST_CHARACTERS}: the policies of a role are limited"
        yield Fault(_KEY, f"{size} characters", remedy)


def _size(permission: Permission, naming: Naming) -> int:
    """How long a statement is in JSON, at most."""
    conditions = permission.conditions
    compared = [text for each in conditions for text in (each.operator, each.key, *each.values)]
    texts = (permission.sid, *permission.actions, *permission.resources, *compared)
    return 80 + sum(len(filled(each, naming)) + 5 for each in texts)


def _actions(key: str, permission: Permission, kind: ResourceKind | None) -> Iterator[Fault]:
    for index, action in enumerate(permission.actions):
        known, place = kind_of(action), f"{key}.actions[{index}]"
        if known is None:
            yield Fault(place, f'"{action}"', _instead_of(action))
        elif kind and known is not kind:
            first = permission.actions[0]
            remedy = f"give it a statement of its own: {first} is about other resources"
            yield Fault(place, f'"{action}"', remedy)


def _instead_of(action: str) -> str:
    service = action.partition(":")[0]
    if service == "secretsmanager":
        return "name the secret in application.app.secrets instead"
    others = [each for kind in KINDS if kind.service == service for each in kind.actions]
    if others:
        return f"choose from {', '.join(others)}: applications get no other of this service"
    services = sorted({each.service for each in KINDS})
    return f"choose an action of {', '.join(services)}: {_DENIES} applications all others"


def _resources(
    key: str, permission: Permission, kind: ResourceKind, naming: Naming
) -> Iterator[Fault]:
    for index, written in enumerate(permission.resources):
        action, arn = permission.actions[0], filled(written, naming)
        remedy = _remedy(action, arn, kind, naming)
        if remedy:
            yield Fault(f"{key}.resources[{index}]", f'"{written}"', remedy)


def _remedy(action: str, arn: str, kind: ResourceKind, naming: Naming) -> str | None:
    """What to do about a resource, by its ARN without placeholders; none if it may be named."""
    name, region = kind.name_in(arn), arn.split(":")[3]
    if name is None:
        return f"name what {action} is about, such as {kind.example}"
    if region and not regions.is_region(region):
        return "name a region of AWS, or write {region}"
    if name.startswith("*"):
        return "write how names begin before the *: this is all that there is"
    own = filled(kind.own, naming)
    if not name.startswith(own):
        return f"name what begins with {own}, such as {kind.example}: {_DENIES} others"
    taken = (naming.bucket(each) for each in PLATFORM_BUCKETS)
    if kind.service == "s3" and any(_opens(name, each) for each in taken):
        return "name buckets of the application's own: it has no other way into the platform's"
    return None


def _opens(name: str, bucket: str) -> bool:
    """Whether the name of a bucket, or of objects in it, includes a bucket."""
    first, *_ = name.partition("/")
    head, star, _ = first.partition("*")
    return bucket.startswith(head) if star else first == bucket


def _conditions(key: str, permission: Permission) -> Iterator[Fault]:
    named = [(each.operator, each.key.lower()) for each in permission.conditions]
    for index, name in enumerate(named):
        if name in named[:index]:
            remedy = "give its values to the condition before, of the same operator and key"
            received = f'"{permission.conditions[index].key}"'
            yield Fault(f"{key}.conditions[{index}].key", received, remedy)


def _reached(settings: Settings) -> Iterator[Fault]:
    """Without a NAT gateway an endpoint has to lead to what is allowed."""
    network = settings.network
    if network.nat_gateways != "none":
        return
    gateways = {"s3", *(("dynamodb",) if network.dynamodb_endpoint else ())}
    for index, permission in enumerate(settings.application.app.permissions):
        kind = kind_of(permission.actions[0])
        if kind is None or kind.endpoint in (*gateways, *network.interface_endpoints):
            continue
        if kind.endpoint == "dynamodb":
            involved, remedy = "network.dynamodb_endpoint", "set network.dynamodb_endpoint = true"
        elif kind.endpoint:
            involved = "network.interface_endpoints"
            remedy = f'add "{kind.endpoint}" to {involved}'
        else:
            involved, remedy = "network.nat_gateways", "have a NAT gateway (network.nat_gateways)"
        yield Fault(
            f"{_KEY}[{index}].actions",
            f'"{permission.actions[0]}"',
            f"{remedy}: nothing else leads to the service",
            (involved, "network.nat_gateways"),
        )


RULES = (_statements, _reached)
