import re
import tomllib

from tests.processes import PROJECT


def test_the_project_names_the_licence_whose_text_it_has() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE", "NOTICE"]
    text = (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_notice_names_files_that_are_there() -> None:
    notice = (PROJECT / "NOTICE").read_text(encoding="utf-8")
    named = re.findall(r"[\w/-]+/[\w.*-]*\*?\.?[\w]+", re.sub(r"https?://\S+", "", notice))
    assert len(named) >= 4
    assert [name for name in named if not list(PROJECT.glob(name))] == []
