"""Somebody with settings of their own takes a newer Terrace, as `docs/upgrade.md` says."""

import os
import re
from pathlib import Path

import pytest

from tests.documents.clones import TERRACE, Hub, install, snapshot, without_git
from tests.documents.pages import blocks, script
from tests.documents.printed import missing
from tests.documents.reader import Reader
from tests.documents.scripts import UPGRADE

pytestmark = [pytest.mark.overnight, pytest.mark.rehearsal, pytest.mark.terraform, pytest.mark.slow]

OURS = "https://github.com/shop/platform.git"
KEYS = "Objects in the assets and artifacts buckets"


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """In a clone of an older Terrace, with settings that the newer one has touched, too."""
    hub, upstream, clone = Hub(tmp_path / "hub"), tmp_path / "upstream", tmp_path / "clone"
    upstream.mkdir()
    snapshot(upstream, hub)
    for name in ("terrace/terrace", "shop/platform"):
        hub.create(name)
    hub.publish("terrace/terrace", upstream)
    hub.git("clone", "--quiet", TERRACE, str(clone), folder=tmp_path)
    change(clone / "environments" / "prod.toml", "\ndomain = .*", '\ndomain = "shop.example.org"')
    hub.git("commit", "--quiet", "--all", "--message", "Our settings", folder=clone)
    hub.publish("shop/platform", clone)
    hub.git("remote", "set-url", "origin", OURS, folder=clone)
    hub.git("fetch", "--quiet", "origin", folder=clone)
    change(upstream / "environments" / "prod.toml", "\ndomain = .*", '\ndomain = "example.net"')
    change(upstream / "stacks" / "security.py", KEYS, "What the assets and artifacts buckets hold")
    hub.git("commit", "--quiet", "--all", "--message", "Say what a key is for", folder=upstream)
    hub.publish("terrace/terrace", upstream)
    install(clone, hub)
    kept = tmp_path / "kept"
    kept.mkdir()
    # As on the reader's machine: no environments but those of the clone.
    environ = without_git(os.environ)
    environ.pop("APP_ENVIRONMENTS", None)
    return Reader(clone, {**environ, **hub.environ, "APP_ENV": "prod"}, kept)


def change(file: Path, pattern: str, replacement: str) -> None:
    text = file.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, text, count=1)
    assert count == 1, f"{file} has no {pattern}"
    file.write_text(changed, encoding="utf-8")


def test_an_upgrade_as_the_page_says(reader: Reader) -> None:
    for command in script(UPGRADE):
        # Both sides have changed the domain: git stops there, and tells.
        reader.type(command, code=1 if command.text.startswith("git merge") else 0)
    said = reader.said
    assert "Say what a key is for" in said["git log --oneline HEAD..upstream/main"]
    merged = said["git merge --no-edit upstream/main"]
    assert "CONFLICT (content): Merge conflict in environments/prod.toml" in merged
    settings = (reader.folder / "environments" / "prod.toml").read_text(encoding="utf-8")
    assert 'domain = "shop.example.org"' in settings
    (told,) = (block for block in blocks(UPGRADE) if block.language == "text")
    assert missing(told.content, said["make preview"]) == []
    # That our settings differ from upstream's is no change.
    assert "Not planned, as neither they nor what they read changes: " in said["make preview"]
    assert "security" not in said["make preview"]
    pushed = reader.type("git rev-parse HEAD origin/upgrade").split()
    assert pushed[0] == pushed[1]
