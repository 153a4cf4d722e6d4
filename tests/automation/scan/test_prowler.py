"""What Prowler may find is about things that there are, and for a reason."""

import json
import re

import pytest
import yaml

from automation.scan.exceptions import OWN
from tests.conftest import Tiers
from tests.promises import prefix

MUTED = yaml.safe_load(OWN.with_name("prowler.yaml").read_text(encoding="utf-8"))
CHECKS = MUTED["Mutelist"]["Accounts"]["*"]["Checks"]
# Beside what has the environment's names: RDS's secret, what AWS numbers, and the account where it
# has no database.
OTHERS = ("rds!db-1", "vpc-1", "vpce-1", "123456789012")
BOOTSTRAPPED = ("deploy/deploy", "tfstate-123456789012", "tfstate-logs-123456789012")


@pytest.mark.parametrize("check", CHECKS)
def test_an_exception_is_about_what_there_is(check: str, prod: Tiers) -> None:
    made = [f"{prefix(prod)}-{each}" for each in BOOTSTRAPPED]
    text = "".join(json.dumps(each.parsed) for each in prod.values())
    named = re.findall(rf'"({prefix(prod)}-[a-z0-9-]+)"', text)
    names = [*OTHERS, *made, *named]
    assert len(CHECKS[check]["Description"]) > 20
    for pattern in CHECKS[check]["Resources"]:
        # https://docs.prowler.com/projects/prowler-open-source/en/latest/tutorials/mutelist/
        assert pattern == "*" or any(re.search(pattern, name) for name in names), pattern
