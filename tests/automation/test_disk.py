import errno
import os
from pathlib import Path

import pytest

from automation.errors import CommandError, OutputError, UserError, check_folder, disk_errors

PLACE = Path("/home/me/terrace/cdktf.out")
FULL = f"the disk is full: make room where {PLACE} is, then try again"
REFUSED = f"{PLACE} cannot be written: make it a folder that you may write to, or remove it"


def os_error(number: int) -> OSError:
    return OSError(number, os.strerror(number), str(PLACE))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (os_error(errno.ENOSPC), FULL),
        (os_error(errno.EDQUOT), FULL),
        (CommandError("main.py failed: ENOSPC: no space left on device, write"), FULL),
        (os_error(errno.EACCES), REFUSED),
        (os_error(errno.EROFS), REFUSED),
        (os_error(errno.ENOTDIR), REFUSED),
        (CommandError("main.py failed: EROFS: read-only file system, open 'x'"), REFUSED),
    ],
)
def test_what_the_disk_refuses_has_a_remedy_in_one_line(error: Exception, message: str) -> None:
    with pytest.raises(UserError) as refusal, disk_errors(PLACE):
        raise error
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    "error",
    [
        CommandError("aws_vpc: quota"),
        ConnectionError("refused"),
        OutputError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)), disk_errors(PLACE):
        raise error


def test_a_file_elsewhere_is_not_blamed_on_the_workspace() -> None:
    elsewhere = OSError(errno.EACCES, os.strerror(errno.EACCES), "/srv/plans/network.tfplan")
    with pytest.raises(UserError) as refusal, disk_errors(PLACE):
        raise elsewhere
    assert str(refusal.value).startswith("/srv/plans/network.tfplan cannot be written: ")


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    file = tmp_path / "passwd"
    file.touch()
    for folder in (file, file / "plans"):
        with pytest.raises(UserError) as refusal:
            check_folder(folder, "--out")
        assert str(refusal.value) == (
            f"--out: received {folder}; give a folder that you may write to: {file} is no folder"
        )
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_of_somebody_elses_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError, match=f"{tmp_path} cannot be written by you"):
        check_folder(tmp_path / "new" / "plans", "--out")


def test_a_folder_that_can_be_made_is_not_made_yet(tmp_path: Path) -> None:
    check_folder(tmp_path / "new" / "plans", "--out")
    assert list(tmp_path.iterdir()) == []
