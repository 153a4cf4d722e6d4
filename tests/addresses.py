"""The addresses of all resources of an environment, which are a contract with its states.

Terraform knows a resource by its address: with another one it is destroyed and made anew.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests import decided

# The lists of the user's environments, and those of the tests' own.
YOURS = Path(__file__).parent.parent / "addresses"
OURS = Path(__file__).parent / "environments" / "addresses"
# "renew" writes the list unless an address would be lost, "destroy" even then (`make addresses`).
MODE = os.environ.get("ADDRESSES")
Contents = Mapping[str, Mapping[str, Any]]
_HEADING = (
    "# Every resource of {environment}, by stack and address; `make addresses` renews this list."
)


def of(tiers: Contents) -> set[str]:
    """The stack and address of every resource, given each stack's Terraform JSON."""
    return {
        f"{tier} {type_}.{id_}"
        for tier, content in tiers.items()
        for type_, resources in content.get("resource", {}).items()
        for id_ in resources
    }


def lost(committed: Iterable[str], tiers: Contents) -> list[str]:
    """What was there, is there no longer, and was not moved to where something is now."""
    present = of(tiers)
    moved = dict(_moves(tiers))

    def now(address: str) -> str:
        seen = {address}
        while address in moved and moved[address] not in seen:
            address = moved[address]
            seen.add(address)
        return address

    return sorted(address for address in committed if now(address) not in present)


def read(environment: str, folder: Path) -> set[str]:
    """The committed list; empty for an environment that has none yet."""
    file = folder / f"{environment}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def write(environment: str, addresses: Iterable[str], folder: Path) -> None:
    """Renew the list."""
    lines = [_HEADING.format(environment=environment), *sorted(addresses)]
    folder.mkdir(exist_ok=True)
    (folder / f"{environment}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def news(environment: str, committed: set[str], present: set[str]) -> str:
    """What there is to say of a list from which no construct is lost; nothing when it holds."""
    file = f"addresses/{environment}.txt"
    if not committed:
        return (
            f"there is no {file} yet: `make addresses` writes it; commit it, so that a rename is "
            "seen from then on"
        )
    settings = sorted({decided.by(each) for each in committed ^ present} - {""})
    if not settings:
        return ""
    return (
        f"{file} is of other settings, by which some resources come, go or have another address "
        f"({'; '.join(settings)}): no construct was renamed; `make addresses` renews the list"
    )


def remedy(addresses: Iterable[str]) -> str:
    """What to do about lost addresses."""
    listed = "\n  ".join(addresses)
    (first, *_) = (each.partition(" ")[2] for each in addresses)
    return (
        f"Terraform would destroy what it knows by these addresses:\n  {listed}\n"
        "Was a construct renamed, or moved within its stack? Say so where it is made now, and\n"
        f'run `make addresses`: resource.move_from_id("{first}")\n'
        "Is it in another stack now? No `moved` block reaches there: import it there, and before\n"
        "the deployment give the old one up with `terraform state rm`.\n"
        "Shall it be destroyed? `make addresses ADDRESSES=destroy`: reviewers see it in the list."
    )


def _moves(tiers: Contents) -> Iterator[tuple[str, str]]:
    """From address to address, of `moved` blocks."""
    for tier, content in tiers.items():
        blocks = content.get("moved", [])
        for block in blocks if isinstance(blocks, list) else [blocks]:
            yield f"{tier} {block['from']}", f"{tier} {block['to']}"
