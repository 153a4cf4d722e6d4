from pathlib import Path

from guestbook.assets import FOLDER, Assets, named, rename


def test_every_name_tells_the_content() -> None:
    wrong = {file.name: named(file) for file in FOLDER.iterdir() if file.name != named(file)}
    assert wrong == {}, "python -m guestbook.assets renames them"


def test_renaming_makes_names_that_tell_the_content(tmp_path: Path) -> None:
    (tmp_path / "style.css").write_text("a {}")
    rename(tmp_path)
    [first] = tmp_path.iterdir()
    assert first.name == "style.9a4487ccbedf.css"
    first.write_text("b {}")
    rename(tmp_path)
    [second] = tmp_path.iterdir()
    assert second.name != first.name
    rename(tmp_path)
    assert list(tmp_path.iterdir()) == [second]


def test_assets_are_where_the_platform_says() -> None:
    address = Assets("https://cdn.example/static")("style.css")
    assert address.startswith("https://cdn.example/static/style.")
    assert Assets("")("icon.svg").startswith("/static/icon.")
