from collections.abc import Iterator

import pytest

from automation.emulator import Emulator
from tests.automation.emulator.acting import acting  # noqa: F401

ACCOUNT = "123456789012"
REGION = "us-west-2"
# What tests make more of than a new account may have: VPCs and databases.
MANY = (("vpc", "L-F678F1CE"), ("rds", "L-7B6409FD"))


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    workspace = tmp_path_factory.mktemp("emulator")
    with Emulator(account_id=ACCOUNT, region=REGION, workspace=workspace) as started:
        quotas = started.client("service-quotas")
        for service, code in MANY:
            quotas.request_service_quota_increase(
                ServiceCode=service, QuotaCode=code, DesiredValue=1000
            )
        yield started
