import signal
from pathlib import Path

import pytest

from automation.command import exclusive_lock, interruptible
from automation.errors import UserError


def test_two_runs_do_not_meet(tmp_path: Path) -> None:
    with exclusive_lock(tmp_path / "dev", "dev is being deployed"):
        with (
            pytest.raises(UserError) as refusal,
            exclusive_lock(tmp_path / "dev", "dev is being deployed"),
        ):
            pass
        assert str(refusal.value) == "dev is being deployed: wait for that to end"
        with exclusive_lock(tmp_path / "prod", "prod is being deployed"):
            pass
    with exclusive_lock(tmp_path / "dev", "dev is being deployed"):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_terminated_is_as_ctrl_c(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interruptible():
        signal.raise_signal(number)
    assert signal.getsignal(number) is before
