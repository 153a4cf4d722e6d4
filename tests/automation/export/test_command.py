"""`export` writes all of an environment, or nothing and says why."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from automation.errors import CommandError, UserError
from automation.export import command
from automation.export.command import run_export
from automation.terraform.stacks import Synthesis, read
from tests.automation.consoles import Consoles
from tests.automation.export.exporting import workspace_of


@pytest.fixture(autouse=True)
def synthesized(monkeypatch: pytest.MonkeyPatch, output_of: Callable[[str], Path]) -> None:
    def synthesize(environment: str, output: Path) -> Synthesis:  # noqa: ARG001
        folder = output_of(environment)
        return Synthesis(environment, folder, read(folder), 0.0)

    monkeypatch.setattr(command, "synthesize", synthesize)


def run(out: Path, environment: str = "dev", *, as_json: bool = False) -> str:
    consoles = Consoles()
    code = run_export(
        environment,
        out=out,
        as_json=as_json,
        console=consoles.console,
        progress=consoles.progress,
    )
    assert code == 0
    return "".join(consoles.lines)


@pytest.fixture
def prepared(output_of: Callable[[str], Path]) -> None:
    workspace_of(read(output_of("dev")))


@pytest.mark.terraform
@pytest.mark.usefixtures("prepared")
def test_a_folder_is_made_and_its_page_says_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "new" / "plain"
    said = run(out)
    assert said.startswith("dev: ")
    assert said.endswith(f"exported to {out}; {out / 'README.md'} says how to go on")
    page = (out / "README.md").read_text(encoding="utf-8")
    assert page.startswith("# dev, as plain Terraform\n")
    assert "cd security\nterraform init " in page
    assert "| 1 | `security` | " in page
    # Each stack comes after those that it reads from.
    rows = [
        line.split(" | ") for line in page.splitlines() if line.startswith("| ") and "`" in line
    ]
    order = [row[1].strip("`") for row in rows[1:]]
    reads = {row[1].strip("`"): row[3].split(", ") for row in rows[1:]}
    for at, stack in enumerate(order):
        assert set(reads[stack]) - {"nothing"} <= set(order[:at])
    assert [each.name for each in tmp_path.iterdir()] == ["new"]
    assert sorted(each.name for each in out.iterdir()) == sorted(["README.md", *order])


@pytest.mark.terraform
@pytest.mark.usefixtures("prepared")
def test_an_empty_folder_is_filled_and_machines_are_told_with_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "empty"
    out.mkdir()
    before = out.stat().st_ino
    run(out, as_json=True)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["environment"], answer["out"]) == ("dev", str(out))
    assert out.stat().st_ino == before
    for stack in answer["stacks"]:
        files = {each.name for each in (out / stack["name"]).iterdir() if each.is_file()}
        assert files == {*stack["files"]}
        assert files >= {"backend.tf", "providers.tf", "terraform.tf"}


def file(folder: Path) -> Path:
    place = folder / "taken"
    place.write_text("mine", encoding="utf-8")
    return place


def filled(folder: Path) -> Path:
    place = folder / "taken"
    place.mkdir()
    (place / ".hidden").touch()
    return place


def dangling(folder: Path) -> Path:
    place = folder / "taken"
    place.symlink_to(folder / "nowhere")
    return place


@pytest.mark.parametrize("taken", [file, filled, dangling])
def test_what_is_there_stays(taken: Callable[[Path], Path], tmp_path: Path) -> None:
    out = taken(tmp_path)
    with pytest.raises(UserError) as refusal:
        run(out)
    assert str(refusal.value) == (
        f"--out: received {out}; give a folder that is empty or not there yet"
    )
    assert [each.name for each in tmp_path.iterdir()] == ["taken"]


def test_a_place_that_is_no_folder_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"--out: received .*file/out; .* is no folder"):
        run(tmp_path / "file" / "out")


def test_an_environment_that_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nowhere"):
        run(tmp_path / "out", "nowhere")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.terraform
@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("there", [True, False])
def test_a_failure_leaves_nothing(
    there: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("automation.export.files._OTHERS", {})
    out = tmp_path / "out"
    if there:
        out.mkdir()
    with pytest.raises(CommandError, match="there is no way to export such a block"):
        run(out)
    assert [each.name for each in tmp_path.rglob("*")] == (["out"] if there else [])
