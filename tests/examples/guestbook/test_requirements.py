import re
from importlib.metadata import version

from tests.examples.guestbook.site import FOLDER

LOCKED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
LOCK = (FOLDER / "requirements.txt").read_text(encoding="utf-8")


def test_what_is_tested_is_what_instances_run() -> None:
    locked = dict(LOCKED.findall(LOCK))
    assert {name: version(name) for name in locked} == locked, "make lock brings them together"


def test_everything_is_locked_by_its_content() -> None:
    entries = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > 10
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_names_no_address() -> None:
    assert "http" not in re.sub(r"opentelemetry-exporter\S*|httptools", "", LOCK)
