from collections.abc import Callable
from pathlib import Path

from automation import PROJECT
from automation.destroy.command import DestroyCommand, DestroyRequest
from tests.automation.accounts import Account
from tests.automation.consoles import Consoles

SHARED = PROJECT / ".terrace"


def run(
    account: Account,
    *tiers: str,
    confirm: str | None = "dev-349081",
    ask: Callable[[], str] = lambda: "",
    as_json: bool = False,
    environment: str = "dev",
) -> tuple[int, Consoles]:
    consoles = Consoles()
    request = DestroyRequest(
        environment=environment,
        tiers=tiers,
        confirm=confirm,
        as_json=as_json,
        ask=ask,
        synthesize=account.synthesize,
        workspace=workspace(account.folder),
    )
    return DestroyCommand(
        request, console=consoles.console, progress=consoles.progress
    ).run(), consoles


def workspace(folder: Path) -> Path:
    """Its own, but for the provider, which need not be installed again."""
    found = folder / "workspace"
    found.mkdir(exist_ok=True)
    (SHARED / "providers").mkdir(parents=True, exist_ok=True)
    (SHARED / "providers.lock").touch()
    for name in ("providers", "providers.lock"):
        if not (found / name).is_symlink():
            (found / name).symlink_to(SHARED / name)
    return found
