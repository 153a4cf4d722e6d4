import os
from collections.abc import Iterator

import pytest

from automation.rehearse.account import bootstrap_account
from tests.automation.deploy.deploying import share_provider
from tests.changes.account import CopiedAccount
from tests.changes.catalogue import CHANGES, ZONE
from tests.changes.platforms import Platforms
from tests.changes.running import Running
from tests.changes.settings import settings_with


@pytest.fixture(scope="module")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platforms]:
    """The deployed platform, and whatever else comes of it."""
    environment = os.environ.get("CHANGES", "dev")
    settings = settings_with(environment, "")
    folder = tmp_path_factory.mktemp("changes")
    with CopiedAccount(
        account_id=settings.account_id,
        region=settings.region,
        hosted_zones={ZONE: settings.domain},
        workspace=folder / "emulator",
    ) as account:
        bootstrap_account(account, settings)
        running = Running(account, settings, share_provider(folder / "workspace"))
        starts = frozenset(each.before for each in CHANGES)
        with Platforms(environment, running, starts) as found:
            yield found
