import errno
import os
from pathlib import Path

import pytest

from automation.errors import CommandError, UserError
from automation.output import OutputError
from automation.remedies import disk_errors

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
