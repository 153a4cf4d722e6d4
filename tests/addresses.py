"""The addresses of all resources of an environment, which are a contract with its states.

Terraform knows a resource by its address: with another one it is destroyed and made anew.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "addresses"
_HEADING = (
    "# Every resource of {environment}, by stack and address; `make addresses` renews this list."
)


def of(tiers: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The stack and address of every resource, given each stack's Terraform JSON."""
    return {
        f"{tier} {type_}.{id_}"
        for tier, content in tiers.items()
        for type_, resources in content.get("resource", {}).items()
        for id_ in resources
    }


def lost(committed: Iterable[str], tiers: Mapping[str, Mapping[str, Any]]) -> list[str]:
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


def read(environment: str) -> set[str]:
    """The committed list; empty for an environment that has none yet."""
    file = FOLDER / f"{environment}.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def write(environment: str, addresses: Iterable[str]) -> None:
    """Renew the list."""
    lines = [_HEADING.format(environment=environment), *sorted(addresses)]
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{environment}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


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


def _moves(tiers: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """From address to address, of `moved` blocks."""
    for tier, content in tiers.items():
        blocks = content.get("moved", [])
        for block in blocks if isinstance(blocks, list) else [blocks]:
            yield f"{tier} {block['from']}", f"{tier} {block['to']}"
