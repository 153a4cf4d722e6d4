"""What settings let the application ask AWS for beyond the contract."""

from collections.abc import Sequence

from config.naming import Naming
from config.permissions import Permission, filled
from modules.policy import Statement


def own_permissions(naming: Naming, permissions: Sequence[Permission]) -> list[Statement]:
    """The statements as they are written, with the environment's values for the placeholders."""
    return [_statement(naming, each) for each in permissions]


def _statement(naming: Naming, permission: Permission) -> Statement:
    conditions: dict[str, dict[str, Sequence[str]]] = {}
    for each in permission.conditions:
        values = [filled(value, naming) for value in each.values]
        conditions.setdefault(each.operator, {})[each.key] = values
    return Statement(
        sid=permission.sid,
        actions=permission.actions,
        resources=[filled(each, naming) for each in permission.resources],
        conditions=conditions,
    )
