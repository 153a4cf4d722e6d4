from automation.drift.command import DriftCommand, DriftRequest
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles


def run(account: Account, *tiers: str, as_json: bool = False) -> tuple[int, Consoles]:
    consoles = Consoles()
    request = DriftRequest(
        environment="dev", tiers=tiers, as_json=as_json, synthesize=account.synthesize
    )
    command = DriftCommand(request, console=consoles.console, progress=consoles.progress)
    return command.run(), consoles
