"""`diagram` draws to a file, or says why it cannot."""

from pathlib import Path

import pytest

from automation.diagram import command
from automation.diagram.command import run_diagram
from automation.errors import UserError
from automation.terraform.stacks import Synthesis, read
from tests.automation.consoles import Consoles


@pytest.fixture(autouse=True)
def synthesized(monkeypatch: pytest.MonkeyPatch, output_of: "object") -> None:
    assert callable(output_of)

    def synthesize(environment: str, output: Path) -> Synthesis:  # noqa: ARG001
        folder = output_of(environment)
        return Synthesis(environment, folder, read(folder), 0.0)

    monkeypatch.setattr(command, "synthesize", synthesize)


def test_draws_to_a_file(tmp_path: Path) -> None:
    consoles = Consoles()
    file = tmp_path / "dev.svg"
    code = run_diagram("dev", out=file, console=consoles.console, progress=consoles.progress)
    assert code == 0
    assert file.read_text(encoding="utf-8").startswith("<svg ")
    assert "".join(consoles.lines) == f"dev: drawn to {file}"


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    consoles = Consoles()
    file = tmp_path / "missing" / "dev.svg"
    with pytest.raises(UserError) as raised:
        run_diagram("dev", out=file, console=consoles.console, progress=consoles.progress)
    assert str(raised.value) == f"{file} cannot be written: No such file or directory"


def test_an_environment_that_is_unknown(tmp_path: Path) -> None:
    consoles = Consoles()
    with pytest.raises(UserError, match="nowhere"):
        run_diagram(
            "nowhere", out=tmp_path / "a.svg", console=consoles.console, progress=consoles.progress
        )
