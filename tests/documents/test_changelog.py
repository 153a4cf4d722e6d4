"""The changelog, in the form of https://keepachangelog.com/en/1.1.0/."""

import re
import tomllib

from tests.processes import PROJECT

CHANGELOG = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
_KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def test_what_is_unreleased_comes_first_then_versions_with_their_days() -> None:
    first, *versions = re.findall(r"^## (.+)$", CHANGELOG, re.M)
    assert first == "[Unreleased]"
    found = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)", each) for each in versions]
    assert found
    assert None not in found
    days = [each[2] for each in found if each]
    assert days == sorted(days, reverse=True)


def test_the_version_of_the_project_has_its_section() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"\n## [{project['version']}] - " in CHANGELOG


def test_changes_are_listed_by_kind() -> None:
    for section in re.split(r"^## ", CHANGELOG, flags=re.M)[1:]:
        kinds = re.findall(r"^### (.+)$", section, re.M)
        assert kinds == [kind for kind in _KINDS if kind in kinds]
        assert re.findall(r"^### .+\n\n(?!- )", section, re.M) == []
