"""Runs in the scanners' own Python: lints the policies on its input with parliament.

Not by parliament's command, which writes what it is given to a file that everybody can read.
"""

import importlib
import json
import sys
from typing import Any


def lint(policies: list[dict[str, str]]) -> list[dict[str, str]]:
    """What parliament has against each policy, each thing once."""
    parliament = importlib.import_module("parliament")
    found = {}
    for policy in policies:
        analysed = parliament.analyze_policy_string(policy["document"], config=parliament.config)
        for finding in map(parliament.enhance_finding, analysed.findings):
            described = _described(policy["resource"], finding)
            found[tuple(described.values())] = described
    return list(found.values())


def _described(resource: str, finding: Any) -> dict[str, str]:
    says = f"{finding.detail or finding.description or finding.title.strip()}"
    return {"resource": resource, "check": finding.issue, "says": says}


if __name__ == "__main__":
    json.dump(lint(json.load(sys.stdin)), sys.stdout)
