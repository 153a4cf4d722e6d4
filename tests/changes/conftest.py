import os
from collections.abc import Iterator

import pytest

from automation.rehearse.account import start_account
from tests.automation.deploy.deploying import share_provider
from tests.changes.account import CopiedAccount
from tests.changes.catalogue import ZONE
from tests.changes.change import By, Change
from tests.changes.costs import Cost
from tests.changes.running import Running
from tests.changes.settings import settings_with
from tests.changes.stories import Telling, telling


@pytest.fixture(scope="module")
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Telling]:
    """What becomes of the changes that were chosen, made to copies of one deployed platform."""
    environment = os.environ.get("CHANGES") or "dev"
    settings = settings_with(environment, "")
    folder = tmp_path_factory.mktemp("changes")
    chosen = [
        change
        for item in request.session.items
        if item.parent is request.node and isinstance(item, pytest.Function)
        if "told" in item.fixturenames
        if isinstance(change := item.callspec.params["change"], Change)
    ]
    account = CopiedAccount(
        account_id=settings.account_id,
        region=settings.region,
        hosted_zones={ZONE: settings.domain},
        workspace=folder / "emulator",
    )
    try:
        start_account(account, settings)
        running = Running(account, settings, share_provider(folder / "workspace"))
        deployed = running.change(settings, lambda _: True, By.FIRST)
        assert not deployed.faults, deployed.faults
        with telling(chosen, environment, running) as futures:
            itself = "the platform itself"
            cost = Cost(itself, deployed.seconds, deployed.busy, deployed.tiers)
            yield Telling(futures, [cost])
    finally:
        account.stop()
