"""The README's matrix of rights is that of the policies."""

from collections.abc import Iterator, Sequence
from typing import Any

from automation.bootstrap.stack import TEMPLATE
from tests.automation.iam.calls import template

README = TEMPLATE.with_name("README.md")
WHO = {
    "Boundary": "deploy, its roles",
    "StateAccess": "plan, deploy",
    "PlanRole": "plan",
    "DeployRole": "deploy",
}


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement, after those whom it is about."""
    for name, who in WHO.items():
        properties = template()[name]["Properties"]
        documents = [each["PolicyDocument"] for each in properties.get("Policies", ())]
        for document in documents or [properties["PolicyDocument"]]:
            yield from ((who, each) for each in document["Statement"])


def what(statement: dict[str, Any]) -> str:
    """What it is about: its actions, or the services of many."""
    given = statement.get("Action") or statement["NotAction"]
    actions: Sequence[str] = [given] if isinstance(given, str) else given
    services = sorted({each.partition(":")[0] for each in actions})
    if len(actions) < 4:
        meant = ", ".join(f"`{each}`" for each in actions)
    elif len(services) < 4:
        meant = ", ".join(services)
    else:
        meant = f"{len(services)} services"
    if statement["Effect"] == "Allow":
        return meant
    return f"never {meant}" if "Action" in statement else f"nothing but {meant}"


def test_the_readme_has_every_statement_and_why() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in each.strip("|").split(" | ")] for each in lines if each[:1] == "|"
    ]
    found = {(who, sid): (meant, why) for who, sid, meant, why in (r for r in rows if len(r) == 4)}
    del found["who", "statement"]
    expected = {(who, f"`{each['Sid']}`"): what(each) for who, each in statements()}
    assert {key: meant for key, (meant, _) in found.items()} == expected, "\n".join(
        f"| {who} | {sid} | {meant} | |" for (who, sid), meant in expected.items()
    )
    assert all(len(why) > 10 for _, why in found.values())
